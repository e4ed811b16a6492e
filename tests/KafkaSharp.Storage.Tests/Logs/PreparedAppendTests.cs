using KafkaSharp.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>
/// An append in two steps: what the records cost before the log's lock, and what their place in the log decides under it.
/// </summary>
public sealed class PreparedAppendTests
{
    private TestLog _test = null!;

    private PartitionLog Log => _test.Log;

    [SetUp]
    public void SetUp() => _test = new TestLog(onDisk: false);

    [TearDown]
    public void TearDown() => _test.Dispose();

    [Test]
    public void Batches_are_prepared_while_another_thread_holds_the_lock()
    {
        Configure("compression.type", "gzip");
        var prepared = Log.Producers.Inspect(_ =>
        {
            var work = Task.Run(() => Log.Prepare(TestLog.Batch(10)));
            Assert.That(work.Wait(TimeSpan.FromSeconds(60)), "preparation waits for the log's lock");
            return work.Result;
        });
        using (prepared)
            Assert.That(Log.AppendAsLeader(prepared, 0).LastOffset, Is.EqualTo(9));
    }

    [Test]
    public void Offsets_and_leader_epoch_are_those_of_the_moment_of_the_append()
    {
        using var first = Log.Prepare(TestLog.Batch(2));
        using var second = Log.Prepare(TestLog.Batch(3));
        Assert.That(Log.AppendAsLeader(second, leaderEpoch: 4).FirstOffset, Is.Zero);
        Assert.That(Log.AppendAsLeader(first, leaderEpoch: 5).FirstOffset, Is.EqualTo(3));
        Assert.That(_test.ReadBatches(), Is.EqualTo(new[] { (0L, 2L), (3L, 4L) }));
        Assert.That(Log.EpochForOffset(2), Is.EqualTo(4));
        Assert.That(Log.EpochForOffset(3), Is.EqualTo(5));
    }

    [TestCase(CompressionType.None)]
    [TestCase(CompressionType.Zstd)]
    public void Batches_of_the_logs_codec_are_written_from_the_callers_memory(CompressionType compression)
    {
        var produced = TestLog.Batch(3, options: new RecordBatchOptions { Compression = compression });
        _test.Append();
        using var prepared = Log.Prepare(produced);
        Assert.That(Log.AppendAsLeader(prepared, leaderEpoch: 7).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(new RecordBatchHeader(produced).BaseOffset, Is.EqualTo(1));
        Assert.That(new RecordBatchHeader(produced).PartitionLeaderEpoch, Is.EqualTo(7));
    }

    [Test]
    public void A_config_change_after_the_preparation_counts_for_the_next_append()
    {
        using var before = Log.Prepare(TestLog.Batch(5));
        Configure("compression.type", "gzip");
        using var after = Log.Prepare(TestLog.Batch(5));
        Log.AppendAsLeader(before, 0);
        Log.AppendAsLeader(after, 0);
        Assert.That(Compressions(), Is.EqualTo(new[] { CompressionType.None, CompressionType.Gzip }));
        Assert.That(_test.ReadBatches(), Is.EqualTo(new[] { (0L, 4L), (5L, 9L) }));
    }

    [TestCase("producer")]
    [TestCase("zstd")]
    public void The_append_time_is_that_of_the_append(string compression)
    {
        Configure(("message.timestamp.type", "LogAppendTime"), ("compression.type", compression));
        using var prepared = Log.Prepare(TestLog.Batch(5));
        _test.Time.Advance(TimeSpan.FromSeconds(5));
        var info = Log.AppendAsLeader(prepared, 0);
        Assert.That(info.LogAppendTime, Is.EqualTo(_test.NowMs));
        Assert.That(info.MaxTimestamp, Is.EqualTo(_test.NowMs));
        Assert.That(_test.ReadBatches(), Is.EqualTo(new[] { (0L, 4L) }), "with the right CRC");
        using var read = Log.Read(0, 1 << 20, FetchIsolation.LogEnd, true);
        Assert.That(new RecordBatchHeader(read.Records.Span).MaxTimestamp, Is.EqualTo(_test.NowMs));
        Assert.That(Log.OffsetForTimestamp(_test.NowMs).Offset, Is.Zero);
    }

    [Test]
    public void A_refused_batch_is_refused_again_by_the_append_and_leaves_the_log_as_it_was()
    {
        Configure("max.message.bytes", "100");
        using var prepared = Log.Prepare(TestLog.Batch(5));
        Assert.That(prepared.ErrorCode, Is.EqualTo(ErrorCode.MessageTooLarge));
        var info = Log.AppendAsLeader(prepared, 0);
        Assert.That(info.ErrorCode, Is.EqualTo(ErrorCode.MessageTooLarge));
        Assert.That(info.ErrorMessage, Does.Contain("exceeds the maximum configured value of 100"));
        Assert.That(Log.LogEndOffset, Is.Zero);
    }

    [Test]
    public void Single_refused_records_are_named()
    {
        Configure("message.timestamp.after.max.ms", "1000");
        using var prepared = Log.Prepare(TestLog.Batch(2, timestamp: _test.NowMs + 999_999));
        Assert.That(prepared.RecordErrors.Select(e => e.BatchIndex), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(Log.AppendAsLeader(prepared, 0).RecordErrors, Has.Count.EqualTo(2));
    }

    [Test]
    public void The_leader_of_an_older_epoch_appends_nothing()
    {
        using var prepared = Log.Prepare(TestLog.Batch());
        Log.AssignEpochStartOffset(3);
        Assert.That(Log.AppendAsLeader(prepared, leaderEpoch: 2).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
        Assert.That(Log.AppendAsLeader(prepared, leaderEpoch: 3).FirstOffset, Is.Zero, "a refusal does not use the batches up");
    }

    [Test]
    public void A_log_closed_after_the_preparation_refuses()
    {
        using var prepared = Log.Prepare(TestLog.Batch());
        Log.CloseAbruptly();
        Assert.That(Log.AppendAsLeader(prepared, 0).ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
    }

    [Test]
    public void Nothing_is_appended_where_there_is_no_whole_batch()
    {
        using var prepared = Log.Prepare(TestLog.Batch().AsMemory(..50));
        Assert.That(prepared.IsEmpty);
        Assert.That(Log.AppendAsLeader(prepared, 0).FirstOffset, Is.EqualTo(-1));
    }

    private void Configure(string name, string value) => Configure((name, value));

    private void Configure(params (string Name, string Value)[] configs) =>
        Log.Config = LogConfig.From(new Dictionary<string, string>(), configs.ToDictionary(c => c.Name, c => c.Value));

    private List<CompressionType> Compressions()
    {
        List<CompressionType> found = [];
        using var read = Log.Read(0, 1 << 20, FetchIsolation.LogEnd, true);
        foreach (var batch in new RecordBatchReader(read.Records.Span))
            found.Add(batch.Compression);
        return found;
    }
}
