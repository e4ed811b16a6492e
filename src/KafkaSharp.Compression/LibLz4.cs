using System.Runtime.InteropServices;

namespace KafkaSharp.Compression;

/// <summary>The imported functions of liblz4: the block compressors and the frame decompressor.</summary>
internal static unsafe partial class LibLz4
{
    public const string Name = "lz4";
    public const uint FrameVersion = 100;

    [LibraryImport(Name)]
    [SuppressGCTransition]
    public static partial int LZ4_compressBound(int inputSize);

    [LibraryImport(Name)]
    public static partial int LZ4_compress_default(byte* source, byte* destination, int sourceSize, int destinationCapacity);

    [LibraryImport(Name)]
    public static partial int LZ4_compress_HC(byte* source, byte* destination, int sourceSize, int destinationCapacity, int level);

    [LibraryImport(Name)]
    public static partial nuint LZ4F_createDecompressionContext(out nint context, uint version);

    [LibraryImport(Name)]
    public static partial nuint LZ4F_freeDecompressionContext(nint context);

    [LibraryImport(Name)]
    public static partial void LZ4F_resetDecompressionContext(nint context);

    [LibraryImport(Name)]
    public static partial nuint LZ4F_decompress(
        nint context, byte* destination, nuint* destinationSize, byte* source, nuint* sourceSize, void* options);

    [LibraryImport(Name)]
    public static partial uint LZ4F_isError(nuint code);

    [LibraryImport(Name)]
    public static partial byte* LZ4F_getErrorName(nuint code);

    public static string ErrorName(nuint code) => Marshal.PtrToStringUTF8((nint)LZ4F_getErrorName(code)) ?? "unknown error";
}
