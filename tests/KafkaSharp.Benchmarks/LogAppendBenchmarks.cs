using BenchmarkDotNet.Attributes;
using KafkaSharp.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Benchmarks;

/// <summary>
/// An append of one batch to a log on disk, in its two steps: <c>Prepare</c> before the log's lock, <c>AppendAsLeader</c> under it; and a
/// read of what was appended. The log is truncated when it reaches 256 MB.
/// </summary>
public class LogAppendBenchmarks
{
    private const long MaxLogBytes = 256 << 20;

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"kafkasharp-benchmark-{Guid.NewGuid():N}");
    private byte[] _produced = [];
    private byte[] _batch = [];
    private PartitionLog _log = null!;

    /// <summary>The size of the batch in bytes, before compression.</summary>
    [Params(1024, 16 * 1024, 1024 * 1024)]
    public int BatchBytes { get; set; }

    [Params(CompressionType.None, CompressionType.Lz4)]
    public CompressionType Compression { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = Compression });
        while (builder.UncompressedSize < BatchBytes)
            builder.Append(1_700_000_000_000 + builder.RecordCount, "key"u8, SampleRecords.Text(Math.Min(BatchBytes, 1000)));
        _produced = builder.Build().ToArray();
        _batch = [.. _produced];
        _log = PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = PhysicalFileSystem.Instance,
            Directory = _directory,
            TopicPartition = new TopicPartition("topic", 0),
            Config = LogConfig.Default,
            Random = new Random(1),
            HadCleanShutdown = true,
            Background = work => work(),
        });
        Append();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _log.CloseAbruptly();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>What runs before the lock.</summary>
    [Benchmark]
    public ErrorCode Prepare()
    {
        ResetHeader();
        using var prepared = _log.Prepare(_batch);
        return prepared.ErrorCode;
    }

    /// <summary>Both steps: the difference to <see cref="Prepare"/> is what runs under the lock.</summary>
    [Benchmark]
    public long Append()
    {
        ResetHeader();
        using var prepared = _log.Prepare(_batch);
        var info = _log.AppendAsLeader(prepared, leaderEpoch: 0);
        if (_log.Size > MaxLogBytes)
            _log.TruncateFullyAndStartAt(0);
        return info.LastOffset;
    }

    [Benchmark]
    public int Read()
    {
        using var read = _log.Read(_log.LogStartOffset, BatchBytes, FetchIsolation.LogEnd, minOneMessage: true);
        return read.Records.Length;
    }

    // A producer sends base offset 0; the append before has changed it.
    private void ResetHeader() => _produced.AsSpan(0, RecordBatchHeader.Size).CopyTo(_batch);
}
