using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KafkaSharp.Compression;

/// <summary>
/// Finds the C libraries: "lz4" and "zstd" are liblz4.so.1 and libzstd.so.1 (Debian: liblz4-1, libzstd1) and their names elsewhere. In the
/// native executable they are linked in and this is not asked.
/// </summary>
static class NativeLibraries
{
#pragma warning disable CA2255 // The resolver must stand before the first call, whoever makes it.
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
#pragma warning restore CA2255

    /// <summary>The fault of a codec whose library is absent, with what to install.</summary>
    public static CompressionException Missing(string name, Exception inner)
    {
        var package = name == LibLz4.Name ? "liblz4-1" : "libzstd1";
        return new($"The native library lib{name}.so.1 is not installed; on Debian it is in the package {package}", inner);
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
