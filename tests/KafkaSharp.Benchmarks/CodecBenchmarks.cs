using System.Buffers;
using BenchmarkDotNet.Attributes;
using KafkaSharp.Compression;

namespace KafkaSharp.Benchmarks;

/// <summary>Compression and decompression of 16 KB and 1 MB of JSON-like text with each codec.</summary>
public class CodecBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(4 * 1024 * 1024);
    private ICompressionCodec _codec = CompressionCodecs.Get(CompressionType.None);
    private byte[] _plain = [];
    private byte[] _compressed = [];

    [Params(CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd)]
    public CompressionType Type { get; set; }

    [Params(16 * 1024, 1024 * 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _plain = SampleRecords.Text(Size);
        _codec = CompressionCodecs.Get(Type);
        _codec.Compress(_plain, _output, null);
        _compressed = _output.WrittenSpan.ToArray();
        Console.WriteLine($"// {_compressed.Length} bytes");
    }

    [Benchmark]
    public int Compress()
    {
        _output.ResetWrittenCount();
        _codec.Compress(_plain, _output, null);
        return _output.WrittenCount;
    }

    [Benchmark]
    public int Decompress()
    {
        _output.ResetWrittenCount();
        _codec.Decompress(_compressed, _output, int.MaxValue);
        return _output.WrittenCount;
    }
}
