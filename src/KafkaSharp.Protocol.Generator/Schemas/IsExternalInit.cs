namespace System.Runtime.CompilerServices;

/// <summary>What the compiler needs for records; netstandard2.0 lacks it.</summary>
static class IsExternalInit;
