using System.Runtime.InteropServices;

namespace KafkaSharp.Compression;

/// <summary>The imported functions of libzstd.</summary>
internal static unsafe partial class LibZstd
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

    /// <summary>Directive 3 resets session and parameters.</summary>
    [LibraryImport(Name)]
    public static partial nuint ZSTD_CCtx_reset(nint context, int directive);

    [LibraryImport(Name)]
    public static partial nuint ZSTD_CCtx_setParameter(nint context, int parameter, int value);

    /// <summary>Directive 0 continues the frame, 2 ends it.</summary>
    [LibraryImport(Name)]
    public static partial nuint ZSTD_compressStream2(nint context, Buffer* output, Buffer* input, int directive);

    [LibraryImport(Name)]
    public static partial nint ZSTD_createDCtx();

    [LibraryImport(Name)]
    public static partial nuint ZSTD_freeDCtx(nint context);

    /// <summary>The memory that a context holds, its window included.</summary>
    [LibraryImport(Name)]
    [SuppressGCTransition]
    public static partial nuint ZSTD_sizeof_DCtx(nint context);

    [LibraryImport(Name)]
    [SuppressGCTransition]
    public static partial nuint ZSTD_sizeof_CCtx(nint context);

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
