using BenchmarkDotNet.Attributes;
using KafkaSharp.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Benchmarks;

/// <summary>Reads, validates (as a leader) and builds an uncompressed batch of 16 KB.</summary>
public class RecordBatchBenchmarks
{
    private readonly RecordValidationOptions _options = new() { TopicPartition = new TopicPartition("topic", 0) };
    private byte[] _batch = [];
    private byte[] _key = [];
    private byte[] _value = [];
    private RecordBatchBuilder _builder = new(new RecordBatchOptions());
    private int _count;

    [Params(100, 1024)]
    public int RecordSize { get; set; }

    [Params(CompressionType.None, CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd)]
    public CompressionType Compression { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _batch = SampleRecords.Batch(RecordSize, Compression, out _count);
        _key = new byte[8];
        _value = SampleRecords.Text(RecordSize - 16);
        _builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = Compression });
        Console.WriteLine($"// {_count} records, {_batch.Length} bytes");
    }

    [Benchmark]
    public long Read()
    {
        var sum = 0L;
        foreach (var batch in new RecordBatchReader(_batch))
        {
            using var reader = new RecordReader(batch);
            while (reader.MoveNext())
                sum += reader.Current.Value.Length;
        }
        return sum;
    }

    [Benchmark]
    public long Validate()
    {
        RecordBatchPatch.SetBaseOffset(_batch, 0);
        using var result = RecordBatchValidator.Validate(_batch, _options, AppendOrigin.Client, 1000, 5, 1_700_000_000_000);
        return result.LastOffset;
    }

    [Benchmark]
    public int Build()
    {
        _builder.Reset(new RecordBatchOptions { Compression = Compression });
        for (var i = 0; i < _count; i++)
            _builder.Append(1_700_000_000_000 + i, _key, _value);
        return _builder.Build().Length;
    }
}
