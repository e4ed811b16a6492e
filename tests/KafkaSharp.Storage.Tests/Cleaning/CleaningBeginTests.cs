using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.Cleaning;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>A log that changes after the cleaner has chosen it, and before its compaction begins.</summary>
public sealed class CleaningBeginTests
{
    [Test]
    public void A_truncation_ends_the_compaction_that_has_not_begun()
    {
        var time = new ManualTimeProvider();
        using var log = CleanedLog.Open(new MemoryFileSystem(time), time, isClean: true);
        Append(log, "kept"u8);
        var cleanable = Fill(log, 3);
        Assert.That(cleanable.EndOffset, Is.GreaterThan(2));

        log.TruncateTo(1);
        Append(log, "kept"u8, new RecordBatchOptions { ProducerId = 9, ProducerEpoch = 0, BaseSequence = 0, IsTransactional = true });
        Fill(log, 4);

        using var never = new CancellationTokenSource();
        var limits = new CleaningLimits(1 << 20, 0.9, 4096, new CleanerThrottle(time, never.Token));
        var run = new LogCleaning(cleanable, limits, new KeyHasher(new Random(1)), () => false).Run();
        Assert.That(CommittedView.Offsets(log), Has.Member(0), "the transaction with the later record may be aborted yet");
        Assert.That(run, Is.Null);
    }

    private static CleanableLog Fill(PartitionLog log, int segments)
    {
        while (log.Segments.Count < segments)
            Append(log, "other"u8);
        log.UpdateHighWatermark(log.LogEndOffset);
        return CleanableLog.Of(log, 0);
    }

    private static void Append(PartitionLog log, ReadOnlySpan<byte> key, RecordBatchOptions? options = null)
    {
        using var builder = new RecordBatchBuilder(options ?? new RecordBatchOptions());
        builder.Append(1, key, new byte[100]);
        Assert.That(log.AppendAsLeader(builder.Build().ToArray(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
    }
}
