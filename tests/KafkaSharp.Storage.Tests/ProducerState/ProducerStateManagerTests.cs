using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.ProducerState;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Storage.Tests.ProducerState;

public sealed class ProducerStateManagerTests
{
    private const long Pid = 7;
    private const int ExpirationMs = 1000;
    private MemoryFileSystem _files = null!;
    private ProducerStateManager _state = null!;
    private long _end;

    [SetUp]
    public void Open()
    {
        _files = new MemoryFileSystem(TimeProvider.System);
        _files.CreateDirectory("/t-0");
        _end = 0;
        _state = NewManager();
    }

    [Test]
    public void Batches_in_sequence_are_taken_and_the_last_five_are_known_again()
    {
        for (var sequence = 0; sequence < 21; sequence += 3)
            Assert.That(Append(0, sequence, 3).IsOk, Is.True);
        Assert.Multiple(() =>
        {
            for (var sequence = 6; sequence < 21; sequence += 3)
            {
                var check = Check(0, sequence, 3);
                Assert.That(check.IsDuplicate, Is.True);
                Assert.That((check.Duplicate.FirstOffset, check.Duplicate.LastOffset), Is.EqualTo(((long)sequence, sequence + 2L)));
            }
            Assert.That(Check(0, 3, 3).Error, Is.EqualTo(ErrorCode.OutOfOrderSequenceNumber), "older than the fifth last");
            Assert.That(Check(0, 18, 2).Error, Is.EqualTo(ErrorCode.OutOfOrderSequenceNumber), "same first sequence, other last");
        });
    }

    [Test]
    public void One_append_may_hold_batches_of_many_producers_and_the_next_ones_check_each_of_them()
    {
        for (var sequence = 0; sequence < 2; sequence++)
        {
            // A follower appends a whole fetch at once.
            var append = _state.BeginAppend(AppendOrigin.Replication);
            for (var producer = 0; producer < 300; producer++)
                Assert.That(append.Add(Header(0, sequence, 1, producerId: producer)).IsOk);
            for (var producer = 0; producer < 300; producer++)
                Assert.That(append.Add(Header(0, sequence + 1, 1, producerId: producer)).IsOk);
            _state.Commit(append);
        }
        Assert.That(_state.Producers, Has.Count.EqualTo(300));
        Assert.That(_state.Producers.Select(producer => producer.LastSequence), Is.All.EqualTo(2));
        Assert.That(_state.BeginAppend(AppendOrigin.Client).Add(Header(0, 3, 1, producerId: 299)).IsOk);
        Assert.That(_state.BeginAppend(AppendOrigin.Client)
            .Add(Header(0, 4, 1, producerId: 299)).Error, Is.EqualTo(ErrorCode.OutOfOrderSequenceNumber));
    }

    [TestCase(0, 5, ErrorCode.OutOfOrderSequenceNumber)]
    [TestCase(0, 2, ErrorCode.OutOfOrderSequenceNumber)]
    [TestCase(0, 3, ErrorCode.None)]
    [TestCase(1, 0, ErrorCode.None)]
    [TestCase(1, 3, ErrorCode.OutOfOrderSequenceNumber)]
    [TestCase(-1, 0, ErrorCode.InvalidProducerEpoch)]
    public void After_sequences_0_to_2_of_epoch_0(int epochChange, int sequence, ErrorCode expected)
    {
        Append(1, 0, 3);
        Assert.That(Check((short)(1 + epochChange), sequence, 1).Error, Is.EqualTo(expected));
    }

    [Test]
    public void An_unknown_producer_may_begin_anywhere() => Assert.That(Append(3, 42, 2).IsOk, Is.True);

    [Test]
    public void Sequences_wrap_to_0()
    {
        Append(0, int.MaxValue - 1, 2);
        Assert.That(Append(0, 0, 1).IsOk, Is.True);
        Open();
        Append(0, int.MaxValue - 1, 4);
        Assert.That(_state.Find(Pid)!.LastSequence, Is.EqualTo(1));
        Assert.That(Append(0, 2, 1).IsOk, Is.True);
    }

    [Test]
    public void A_refused_append_changes_nothing()
    {
        Append(0, 0, 3);
        var append = _state.BeginAppend(AppendOrigin.Client);
        Assert.That(append.Add(Header(0, 3, 1)).IsOk, Is.True);
        Assert.That(append.Add(Header(0, 9, 1)).IsOk, Is.False);
        Assert.That(_state.Find(Pid)!.LastSequence, Is.EqualTo(2));
        Assert.That(Append(0, 3, 1).IsOk, Is.True);
    }

    [Test]
    public void Several_batches_of_one_append_follow_each_other()
    {
        var append = _state.BeginAppend(AppendOrigin.Client);
        Assert.That(append.Add(Header(0, 0, 2)).IsOk, Is.True);
        _end += 2;
        Assert.That(append.Add(Header(0, 2, 2)).IsOk, Is.True);
        _state.Commit(append);
        Assert.That((_state.Find(Pid)!.LastSequence, _state.Find(Pid)!.BatchCount), Is.EqualTo((3, 2)));
    }

    [Test]
    public void Replication_and_coordinators_are_not_asked_for_sequences()
    {
        Append(5, 0, 3);
        Assert.That(Append(5, 77, 1, AppendOrigin.Coordinator).IsOk, Is.True);
        Assert.That(Append(4, 99, 1, AppendOrigin.Coordinator).Error, Is.EqualTo(ErrorCode.InvalidProducerEpoch));
        Assert.That(Append(4, 99, 1, AppendOrigin.Replication).IsOk, Is.True);
        Assert.That(_state.Find(Pid)!.ProducerEpoch, Is.EqualTo(4));
    }

    [Test]
    public void A_transaction_holds_back_until_its_marker_is_replicated()
    {
        Append(0, 0, 3, transactional: true);
        Append(0, 3, 3, transactional: true);
        Assert.That(_state.FirstUnstableOffset, Is.Zero);
        Assert.That(_state.HasOngoingTransaction(Pid, 0), Is.True);
        Assert.That(End(0, ControlRecordType.Abort, out var completed, out var lastStable), Is.EqualTo(ErrorCode.None));
        Assert.Multiple(() =>
        {
            Assert.That(completed, Is.EqualTo(new CompletedTransaction(Pid, 0, 6, IsAborted: true)));
            Assert.That(lastStable, Is.EqualTo(7));
            Assert.That(_state.FirstUndecidedOffset, Is.Null);
            Assert.That(_state.FirstUnstableOffset, Is.Zero);
        });
        _state.OnHighWatermarkUpdated(6);
        Assert.That(_state.FirstUnstableOffset, Is.Zero);
        _state.OnHighWatermarkUpdated(7);
        Assert.That(_state.FirstUnstableOffset, Is.Null);
    }

    [Test]
    public void The_last_stable_offset_after_one_transaction_is_where_another_began()
    {
        Append(0, 0, 2, transactional: true);
        Append(0, 0, 2, transactional: true, producerId: 8);
        End(0, ControlRecordType.Commit, out _, out var lastStable);
        Assert.That(lastStable, Is.EqualTo(2));
    }

    [Test]
    public void Within_a_transaction_all_is_transactional()
    {
        Append(0, 0, 1, transactional: true);
        Assert.That(Check(0, 1, 1).Error, Is.EqualTo(ErrorCode.InvalidTxnState));
    }

    [Test]
    public void Markers_of_old_epochs_and_old_coordinators_are_refused()
    {
        Append(5, 0, 1, transactional: true);
        Assert.That(End(4, ControlRecordType.Commit, out _, out _), Is.EqualTo(ErrorCode.InvalidProducerEpoch));
        Assert.That(End(5, ControlRecordType.Commit, out _, out _, coordinatorEpoch: 3), Is.EqualTo(ErrorCode.None));
        Append(5, 1, 1, transactional: true);
        Assert.That(End(5, ControlRecordType.Commit, out _, out _, coordinatorEpoch: 2), Is.EqualTo(
            ErrorCode.TransactionCoordinatorFenced));
        Assert.That(End(5, ControlRecordType.Commit, out _, out _, transactionVersion: 2), Is.EqualTo(ErrorCode.InvalidProducerEpoch));
        Assert.That(End(6, ControlRecordType.Commit, out _, out _, coordinatorEpoch: 3, transactionVersion: 2), Is.EqualTo(ErrorCode.None));
        Assert.That(End(6, ControlRecordType.Commit, out _, out _, coordinatorEpoch: 3, transactionVersion: 2), Is.EqualTo(ErrorCode.None),
            "sent again");
    }

    // ProducerAppendInfo.checkProducerEpoch of Kafka 4.3.1.
    [TestCase(5, true, 5, (short)1, ErrorCode.None)]
    [TestCase(5, true, 5, (short)2, ErrorCode.InvalidProducerEpoch)]
    [TestCase(5, true, 6, (short)2, ErrorCode.None)]
    [TestCase(5, false, 5, (short)2, ErrorCode.None)]
    [TestCase(5, false, 4, (short)2, ErrorCode.InvalidProducerEpoch)]
    [TestCase(short.MaxValue, true, short.MaxValue, (short)2, ErrorCode.None)]
    [TestCase(5, true, 6, (short)-1, ErrorCode.UnknownServerError)]
    public void The_epoch_of_a_marker(int epoch, bool isOpen, int markerEpoch, short transactionVersion, ErrorCode expected)
    {
        Append((short)epoch, 0, 1, transactional: isOpen);
        Assert.That(
            End((short)markerEpoch, ControlRecordType.Commit, out var completed, out _, transactionVersion: transactionVersion),
            Is.EqualTo(expected));
        Assert.That(completed is not null, Is.EqualTo(isOpen && expected == ErrorCode.None));
    }

    [Test]
    public void A_marker_of_a_higher_epoch_begins_the_sequences_anew()
    {
        Append(0, 0, 3, transactional: true);
        End(1, ControlRecordType.Commit, out _, out _, transactionVersion: 2);
        Assert.That(Check(1, 3, 1).Error, Is.EqualTo(ErrorCode.OutOfOrderSequenceNumber));
        Assert.That(Append(1, 0, 1, transactional: true).IsOk);
    }

    [Test]
    public void A_marker_without_records_leaves_no_trace_but_its_epoch()
    {
        Assert.That(End(3, ControlRecordType.Abort, out var completed, out _), Is.EqualTo(ErrorCode.None));
        Assert.That(completed, Is.Null);
        Assert.That(_state.Find(Pid)!.ProducerEpoch, Is.EqualTo(3));
    }

    [Test]
    public void Idle_producers_expire_unless_a_transaction_is_open()
    {
        Append(0, 0, 1, timestamp: 100);
        Append(0, 0, 1, producerId: 8, timestamp: 100, transactional: true);
        Assert.That(_state.RemoveExpired(100 + ExpirationMs - 1), Is.Zero);
        Assert.That(_state.RemoveExpired(100 + ExpirationMs), Is.EqualTo(1));
        Assert.That(_state.Find(Pid), Is.Null);
        Assert.That(_state.Find(8), Is.Not.Null);
    }

    [Test]
    public void A_snapshot_brings_the_state_back_with_the_last_batch_of_each_producer()
    {
        Append(0, 0, 2);
        Append(0, 2, 2);
        Append(0, 0, 2, producerId: 8, transactional: true);
        _state.TakeSnapshot();
        Append(0, 4, 2);

        var loaded = NewManager();
        loaded.LoadSnapshots(_files.EnumerateFiles("/t-0"), [0]);
        loaded.TruncateAndReload(0, 8, nowMs: 0);
        Assert.Multiple(() =>
        {
            Assert.That(loaded.MapEndOffset, Is.EqualTo(6));
            Assert.That((loaded.Find(Pid)!.LastSequence, loaded.Find(Pid)!.BatchCount), Is.EqualTo((3, 1)));
            Assert.That(loaded.FirstUnstableOffset, Is.EqualTo(4));
        });
    }

    [Test]
    public void A_corrupt_snapshot_is_deleted_and_the_one_before_is_taken()
    {
        Append(0, 0, 2);
        _state.TakeSnapshot();
        Append(0, 2, 2);
        _state.TakeSnapshot();
        using (var file = _files.OpenFile("/t-0/00000000000000000004.snapshot", StorageFileMode.Open))
            file.SetLength(20);

        var loaded = NewManager();
        loaded.LoadSnapshots(_files.EnumerateFiles("/t-0"), [0, 2, 4]);
        loaded.TruncateAndReload(0, 10, nowMs: 0);
        Assert.That(loaded.MapEndOffset, Is.EqualTo(2));
        Assert.That(_files.EnumerateFiles("/t-0"), Is.EqualTo(new[] { "/t-0/00000000000000000002.snapshot" }));
    }

    [Test]
    public void Truncation_takes_later_snapshots_and_what_they_knew()
    {
        Append(0, 0, 2);
        _state.TakeSnapshot();
        Append(0, 2, 2);
        _state.TakeSnapshot();
        _state.TruncateAndReload(0, 3, nowMs: 0);
        Assert.Multiple(() =>
        {
            Assert.That(_state.MapEndOffset, Is.EqualTo(2));
            Assert.That(_state.LatestSnapshotOffset, Is.EqualTo(2));
            Assert.That(_state.Find(Pid)!.LastSequence, Is.EqualTo(1));
        });
    }

    [Test]
    public void Snapshots_without_a_segment_go_but_for_the_last_one()
    {
        for (var i = 0; i < 5; i++)
        {
            Append(0, i, 1);
            _state.TakeSnapshot();
        }
        var loaded = NewManager();
        loaded.LoadSnapshots(_files.EnumerateFiles("/t-0"), [0, 2, 4]);
        Assert.That(_files.EnumerateFiles("/t-0").Select(path => Path.GetFileName(path)[19..20])
            .Order(), Is.EqualTo(new[] { "2", "4", "5" }));
        Assert.That(loaded.LatestSnapshotOffset, Is.EqualTo(5L));
    }

    [Test]
    public void Steady_state_allocates_nothing_per_batch()
    {
        var bytes = Bytes(0, 0, 1);
        for (var sequence = 0; sequence < 100; sequence++)
            AppendAgain(bytes, sequence);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var sequence = 100; sequence < 1100; sequence++)
            AppendAgain(bytes, sequence);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private void AppendAgain(byte[] bytes, int sequence)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(RecordBatchHeader.BaseSequencePosition), sequence);
        var append = _state.BeginAppend(AppendOrigin.Client);
        if (!append.Add(new RecordBatchHeader(bytes)).IsOk)
            throw new InvalidOperationException("refused");
        _state.Commit(append);
    }

    private ProducerStateManager NewManager() => new(_files, new TopicPartition("t", 0), "/t-0", ExpirationMs, NullLogger.Instance);

    private ProducerCheck Append(
        short epoch, int sequence, int count, AppendOrigin origin = AppendOrigin.Client, bool transactional = false, long producerId = Pid,
        long timestamp = 0)
    {
        var append = _state.BeginAppend(origin);
        var check = append.Add(Header(epoch, sequence, count, transactional, producerId, timestamp));
        if (!check.IsOk)
            return check;
        _state.Commit(append);
        _end += count;
        _state.UpdateMapEndOffset(_end);
        return check;
    }

    private ProducerCheck Check(short epoch, int sequence, int count) =>
        _state.BeginAppend(AppendOrigin.Client).Add(Header(epoch, sequence, count));

    private ErrorCode End(
        short epoch, ControlRecordType type, out CompletedTransaction? completed, out long lastStable, int coordinatorEpoch = 0,
        short transactionVersion = 0)
    {
        (completed, lastStable) = (null, -1);
        var append = _state.BeginAppend(AppendOrigin.Coordinator, transactionVersion: transactionVersion);
        var marker = new EndTransactionMarker(type, coordinatorEpoch);
        var batch = ControlRecords.EndTransactionBatch(marker, _end, 0, Pid, epoch, 0);
        var check = append.AddMarker(new RecordBatchHeader(batch), marker);
        if (!check.IsOk)
            return check.Error;
        _state.Commit(append);
        foreach (var transaction in append.Completed)
        {
            (completed, lastStable) = (transaction, _state.LastStableOffsetAfter(transaction));
            _state.CompleteTransaction(transaction);
        }
        _end++;
        _state.UpdateMapEndOffset(_end);
        return ErrorCode.None;
    }

    private RecordBatchHeader Header(
        short epoch, int sequence, int count, bool transactional = false, long producerId = Pid, long timestamp = 0) =>
        new(Bytes(epoch, sequence, count, transactional, producerId, timestamp));

    private byte[] Bytes(short epoch, int sequence, int count, bool transactional = false, long producerId = Pid, long timestamp = 0)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions
        {
            BaseOffset = _end, ProducerId = producerId, ProducerEpoch = epoch, BaseSequence = sequence, IsTransactional = transactional,
        });
        for (var i = 0; i < count; i++)
            builder.Append(timestamp, default, "v"u8, hasKey: false);
        return builder.Build().ToArray();
    }
}
