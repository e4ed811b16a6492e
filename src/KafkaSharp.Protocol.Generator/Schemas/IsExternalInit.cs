#pragma warning disable IDE0130 // The compiler looks for this type in this namespace.
namespace System.Runtime.CompilerServices;

/// <summary>What the compiler needs for records; netstandard2.0 lacks it.</summary>
static class IsExternalInit;
