using System.Runtime.InteropServices;

namespace KafkaSharp.Compression;

/// <summary>The imported functions of libzstd.</summary>
static unsafe partial class LibZstd
{
    public const string Name = "zstd";

    [LibraryImport(Name)]
    [SuppressGCTransition]
    public static partial nuint ZSTD_compressBound(nuint sourceSize);

    [LibraryImport(Name)]
    public static partial nint ZSTD_createCCtx();

    [LibraryImport(Name)]
    public static partial nuint ZSTD_freeCCtx(nint context);

    [LibraryImport(Name)]
    public static partial nuint ZSTD_compressCCtx(
        nint context, byte* destination, nuint destinationCapacity, byte* source, nuint sourceSize, int level);

    [LibraryImport(Name)]
    public static partial nint ZSTD_createDCtx();

    [LibraryImport(Name)]
    public static partial nuint ZSTD_freeDCtx(nint context);

    /// <summary>Directive 1 resets the session but not the parameters.</summary>
    [LibraryImport(Name)]
    public static partial nuint ZSTD_DCtx_reset(nint context, int directive);

    [LibraryImport(Name)]
    public static partial nuint ZSTD_decompressStream(nint context, Buffer* output, Buffer* input);

    [LibraryImport(Name)]
    public static partial uint ZSTD_isError(nuint code);

    [LibraryImport(Name)]
    public static partial byte* ZSTD_getErrorName(nuint code);

    public static string ErrorName(nuint code) => Marshal.PtrToStringUTF8((nint)ZSTD_getErrorName(code)) ?? "unknown error";

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }
}
