using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>A log in its own folder with a manual clock, and batches to append to it.</summary>
internal sealed class TestLog : IDisposable
{
    public TestLog(bool onDisk = true, params (string Name, string Value)[] configs)
    {
        Folder = new TestFolder(onDisk);
        Config = LogConfig.From(new Dictionary<string, string>(), configs.ToDictionary(c => c.Name, c => c.Value));
        Log = Open(cleanShutdown: true);
    }

    public TestFolder Folder { get; }

    public CollectingLogger Logger { get; } = new();

    public ManualTimeProvider Time { get; } = new();

    public LogConfig Config { get; set; }

    public PartitionLog Log { get; private set; }

    public string Directory => Folder["t-0"];

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public static byte[] Batch(
        int records = 1, int valueSize = 100, long timestamp = 1000, long baseOffset = 0, RecordBatchOptions? options = null)
    {
        using var builder = new RecordBatchBuilder((options ?? new RecordBatchOptions()) with { BaseOffset = baseOffset });
        for (var i = 0; i < records; i++)
            builder.Append(timestamp + i, "k"u8, new byte[valueSize]);
        return builder.Build().ToArray();
    }

    public static RecordBatchOptions Producer(long id, short epoch, int sequence, bool transactional = false) => new()
    {
        ProducerId = id,
        ProducerEpoch = epoch,
        BaseSequence = sequence,
        IsTransactional = transactional,
    };

    public LogAppendInfo Append(
        int records = 1, int valueSize = 100, long? timestamp = null, int epoch = 0, RecordBatchOptions? options = null) =>
        Log.AppendAsLeader(Batch(records, valueSize, timestamp ?? NowMs, 0, options), epoch);

    public LogAppendInfo EndTransaction(long producerId, short producerEpoch, bool commit, int coordinatorEpoch = 0) => Log.AppendAsLeader(
        ControlRecords.EndTransactionBatch(
            new EndTransactionMarker(commit ? ControlRecordType.Commit : ControlRecordType.Abort, coordinatorEpoch), 0, NowMs, producerId,
            producerEpoch, 0),
        Log.LatestEpoch ?? 0, AppendOrigin.Coordinator);

    /// <summary>Opens the folder again, after <see cref="PartitionLog.Dispose"/> or <see cref="PartitionLog.CloseAbruptly"/>.</summary>
    public PartitionLog Reopen(bool cleanShutdown, long recoveryPoint = 0, long logStartOffset = 0)
    {
        if (cleanShutdown)
            Log.Dispose();
        else
            Log.CloseAbruptly();
        return Log = Open(cleanShutdown, recoveryPoint, logStartOffset);
    }

    /// <summary>The offsets of all batches from an offset on, as first and last.</summary>
    public List<(long First, long Last)> ReadBatches(
        long from = 0, FetchIsolation isolation = FetchIsolation.LogEnd, int maxLength = 1 << 20)
    {
        List<(long, long)> found = [];
        while (true)
        {
            using var read = Log.Read(from, maxLength, isolation, minOneMessage: true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None));
            if (read.Records.Length == 0)
                return found;
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                found.Add((batch.BaseOffset, batch.LastOffset));
                from = batch.LastOffset + 1;
            }
        }
    }

    /// <summary>Changes bytes of a file of the log, which is to be closed.</summary>
    public void Overwrite(string path, long position, params ReadOnlySpan<byte> bytes)
    {
        using var file = Folder.Files.OpenFile(path, Storage.FileSystem.StorageFileMode.Open);
        file.Write(position, bytes);
    }

    public void Dispose()
    {
        Log.Dispose();
        Folder.Dispose();
    }

    private PartitionLog Open(bool cleanShutdown, long recoveryPoint = 0, long logStartOffset = 0) =>
        PartitionLog.Open(new PartitionLogOptions
    {
        FileSystem = Folder.Files,
        Directory = Directory,
        TopicPartition = new TopicPartition("t", 0),
        Config = Config,
        Time = Time,
        Random = new Random(1),
        HadCleanShutdown = cleanShutdown,
        RecoveryPoint = recoveryPoint,
        LogStartOffset = logStartOffset,
        Background = work => work(),
        Logger = Logger,
    });
}
