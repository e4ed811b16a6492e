using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KafkaSharp.Compression;

/// <summary>
/// Finds the native libraries: "lz4" and "zstd" are liblz4.so.1 and libzstd.so.1 on Linux (Debian packages liblz4-1 and libzstd1), with
/// other file names on other systems. The native executable does not use this class, because the libraries are linked into it.
/// </summary>
internal static class NativeLibraries
{
#pragma warning disable CA2255 // The resolver must be registered before the first call of an imported function.
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
#pragma warning restore CA2255

    /// <summary>The exception for a missing library. Its message names the package to install.</summary>
    public static CompressionException Missing(string name, Exception inner)
    {
        var package = name == LibLz4.Name ? "liblz4-1" : "libzstd1";
        return new($"The native library lib{name}.so.1 is not installed. On Debian, install the package {package}.", inner);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        ReadOnlySpan<string> files = name switch
        {
            LibLz4.Name => ["liblz4.so.1", "liblz4.1.dylib", "liblz4.dll", "liblz4"],
            LibZstd.Name => ["libzstd.so.1", "libzstd.1.dylib", "libzstd.dll", "libzstd"],
            _ => [],
        };
        foreach (var file in files)
        {
            if (NativeLibrary.TryLoad(file, assembly, path, out var handle))
                return handle;
        }
        return 0;
    }
}
