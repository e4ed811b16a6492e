#pragma warning disable IDE0130 // The compiler requires this type in this namespace.
namespace System.Runtime.CompilerServices;

/// <summary>Required by the compiler for records. netstandard2.0 does not have it.</summary>
internal static class IsExternalInit;
