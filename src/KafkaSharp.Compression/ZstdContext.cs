using System.Runtime.InteropServices;
using ZstdSharp.Unsafe;

namespace KafkaSharp.Compression;

/// <summary>A handle of a context of zstd, whose memory is not of the managed heap. It is freed with the handle.</summary>
internal sealed unsafe class ZstdContext : SafeHandle
{
    private readonly bool _isForCompression;

    private ZstdContext(void* context, bool isForCompression)
        : base(0, ownsHandle: true)
    {
        if (context == null)
            throw new CompressionException("zstd cannot allocate a context: out of memory");
        _isForCompression = isForCompression;
        SetHandle((nint)context);
    }

    public ZSTD_CCtx_s* Compression => (ZSTD_CCtx_s*)handle;

    public ZSTD_DCtx_s* Decompression => (ZSTD_DCtx_s*)handle;

    /// <summary>The bytes that it takes, window included.</summary>
    public long Size => (long)(_isForCompression ? Methods.ZSTD_sizeof_CCtx(Compression) : Methods.ZSTD_sizeof_DCtx(Decompression));

    public override bool IsInvalid => handle == 0;

    public static ZstdContext ForCompression() => new(Methods.ZSTD_createCCtx(), isForCompression: true);

    public static ZstdContext ForDecompression() => new(Methods.ZSTD_createDCtx(), isForCompression: false);

    /// <exception cref="CompressionException">The result of a function is an error.</exception>
    public static void Check(nuint result)
    {
        if (Methods.ZSTD_isError(result))
            throw new CompressionException($"zstd: {Methods.ZSTD_getErrorName(result)}");
    }

    protected override bool ReleaseHandle()
    {
        _ = _isForCompression ? Methods.ZSTD_freeCCtx(Compression) : Methods.ZSTD_freeDCtx(Decompression);
        return true;
    }
}
