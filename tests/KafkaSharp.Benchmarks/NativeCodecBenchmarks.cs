using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using K4os.Compression.LZ4;
using ZstdSharp.Unsafe;

namespace KafkaSharp.Benchmarks;

/// <summary>
/// The managed lz4 and zstd compared with the reference libraries (docs/decisions/0029-managed-codecs.md). Needs Debian's liblz4-1 and
/// libzstd1. lz4 compresses blocks of 64 KB, as Kafka's clients do.
/// </summary>
public unsafe partial class NativeCodecBenchmarks
{
    private const int LargestBlock = 64 * 1024;
    private const int Level = 3;

    private readonly nint _nativeCompression = ZSTD_createCCtx();
    private readonly nint _nativeDecompression = ZSTD_createDCtx();
    private readonly ZSTD_CCtx_s* _compression = Methods.ZSTD_createCCtx();
    private readonly ZSTD_DCtx_s* _decompression = Methods.ZSTD_createDCtx();
    private byte[] _plain = [];
    private byte[] _block = [];
    private byte[] _output = [];
    private byte[] _lz4 = [];
    private byte[] _zstd = [];

    [Params(1024, 16 * 1024, 64 * 1024, 1024 * 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _plain = SampleRecords.Text(Size);
        _block = _plain[..Math.Min(Size, LargestBlock)];
        _output = new byte[2 * Size + LargestBlock];
        _lz4 = _output[..ManagedLz4Compress()];
        _zstd = _output[..(int)ManagedZstdCompress()];
    }

    [Benchmark]
    public int NativeLz4Compress()
    {
        fixed (byte* from = _block, to = _output)
            return LZ4_compress_default(from, to, _block.Length, _output.Length);
    }

    [Benchmark]
    public int ManagedLz4Compress() => LZ4Codec.Encode(_block, _output);

    [Benchmark]
    public int NativeLz4Decompress()
    {
        fixed (byte* from = _lz4, to = _output)
            return LZ4_decompress_safe(from, to, _lz4.Length, _block.Length);
    }

    [Benchmark]
    public int ManagedLz4Decompress() => LZ4Codec.Decode(_lz4, _output.AsSpan(0, _block.Length));

    [Benchmark]
    public nuint NativeZstdCompress()
    {
        fixed (byte* from = _plain, to = _output)
            return ZSTD_compressCCtx(_nativeCompression, to, (nuint)_output.Length, from, (nuint)Size, Level);
    }

    [Benchmark]
    public nuint ManagedZstdCompress()
    {
        fixed (byte* from = _plain, to = _output)
            return Methods.ZSTD_compressCCtx(_compression, to, (nuint)_output.Length, from, (nuint)Size, Level);
    }

    [Benchmark]
    public nuint NativeZstdDecompress()
    {
        fixed (byte* from = _zstd, to = _output)
            return ZSTD_decompressDCtx(_nativeDecompression, to, (nuint)Size, from, (nuint)_zstd.Length);
    }

    [Benchmark]
    public nuint ManagedZstdDecompress()
    {
        fixed (byte* from = _zstd, to = _output)
            return Methods.ZSTD_decompressDCtx(_decompression, to, (nuint)Size, from, (nuint)_zstd.Length);
    }

    [LibraryImport("liblz4.so.1")]
    private static partial int LZ4_compress_default(byte* source, byte* destination, int sourceSize, int capacity);

    [LibraryImport("liblz4.so.1")]
    private static partial int LZ4_decompress_safe(byte* source, byte* destination, int sourceSize, int capacity);

    [LibraryImport("libzstd.so.1")]
    private static partial nint ZSTD_createCCtx();

    [LibraryImport("libzstd.so.1")]
    private static partial nint ZSTD_createDCtx();

    [LibraryImport("libzstd.so.1")]
    private static partial nuint ZSTD_compressCCtx(
        nint context, byte* destination, nuint capacity, byte* source, nuint sourceSize, int level);

    [LibraryImport("libzstd.so.1")]
    private static partial nuint ZSTD_decompressDCtx(nint context, byte* destination, nuint capacity, byte* source, nuint sourceSize);
}
