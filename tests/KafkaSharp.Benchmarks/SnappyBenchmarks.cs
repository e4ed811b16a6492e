using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using KafkaSharp.Compression;

namespace KafkaSharp.Benchmarks;

/// <summary>
/// Our decoder and Snappier compared with the reference library on a raw block of 32 KB (docs/decisions/0029-managed-codecs.md). Needs
/// Debian's libsnappy1v5.
/// </summary>
public unsafe partial class SnappyBenchmarks
{
    private byte[] _plain = [];
    private byte[] _compressed = [];
    private byte[] _output = [];

    [Params(false, true)]
    public bool Noise { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _plain = SampleRecords.Text(32 * 1024);
        if (Noise)
            new Random(1).NextBytes(_plain);
        _output = new byte[64 * 1024];
        _compressed = _output.AsSpan(0, Snappier.Snappy.Compress(_plain, _output)).ToArray();
        var reference = (nuint)_output.Length;
        fixed (byte* from = _plain)
        fixed (byte* to = _output)
            _ = snappy_compress(from, (nuint)_plain.Length, to, &reference);
        Console.WriteLine($"// {_compressed.Length} bytes, the reference library: {reference}");
    }

    [Benchmark]
    public void OwnDecode()
    {
        var length = SnappyDecoder.ReadLength(_compressed, out var start);
        SnappyDecoder.Decode(_compressed.AsSpan(start), _output.AsSpan(0, length));
    }

    [Benchmark]
    public int ReferenceEncode()
    {
        var size = (nuint)_output.Length;
        fixed (byte* from = _plain)
        fixed (byte* to = _output)
            return snappy_compress(from, (nuint)_plain.Length, to, &size);
    }

    [Benchmark]
    public int ReferenceDecode()
    {
        var size = (nuint)_output.Length;
        fixed (byte* from = _compressed)
        fixed (byte* to = _output)
            return snappy_uncompress(from, (nuint)_compressed.Length, to, &size);
    }

    [Benchmark]
    public int SnappierEncode() => Snappier.Snappy.Compress(_plain, _output);

    [Benchmark]
    public int SnappierDecode() => Snappier.Snappy.Decompress(_compressed, _output);

    [LibraryImport("libsnappy.so.1")]
    private static partial int snappy_compress(byte* input, nuint inputLength, byte* compressed, nuint* compressedLength);

    [LibraryImport("libsnappy.so.1")]
    private static partial int snappy_uncompress(byte* compressed, nuint compressedLength, byte* uncompressed, nuint* uncompressedLength);
}
