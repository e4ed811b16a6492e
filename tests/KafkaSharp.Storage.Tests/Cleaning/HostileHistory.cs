using KafkaSharp.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>
/// Batches at the edges of what a client may send, from a seed: keys that are empty, long or null (where the policy was delete before),
/// timestamps that are missing or far away, producers that begin again with the next epoch, transactions whose marker has the next epoch
/// (KIP-890), markers of transactions without records, leaders that change, records that were deleted. Given the same log, two histories of
/// one seed append the same bytes.
/// </summary>
internal sealed class HostileHistory(int seed, bool isCompressed, bool aborts, bool hasNullKeys)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<long, (short Epoch, int Sequence)> _producers = [];
    private readonly HashSet<long> _open = [];
    private int _leaderEpoch;

    public void Append(PartitionLog log, long nowMs, int batches)
    {
        for (var i = 0; i < batches; i++)
        {
            var kind = _random.Next(24);
            if (kind == 23)
                _leaderEpoch++;
            else if (kind < 9)
                Add(log, nowMs, new RecordBatchOptions());
            else if (kind < 12)
                AddOf(log, nowMs, _random.Next(1, 4), isTransactional: false);
            else if (_open.Count > 0 && kind < 16)
                EndTransaction(log, nowMs, _open.ElementAt(_random.Next(_open.Count)));
            else if (kind == 16)
                EndTransaction(log, nowMs, 10 + _random.Next(4));
            else
                AddOf(log, nowMs, 10 + _random.Next(4), isTransactional: true);
        }
        log.UpdateHighWatermark(log.LogEndOffset);
    }

    public void EndTransactions(PartitionLog log, long nowMs)
    {
        foreach (var producerId in _open.ToArray())
            EndTransaction(log, nowMs, producerId);
        log.UpdateHighWatermark(log.LogEndOffset);
    }

    /// <summary>
    /// Deletes the oldest records, sometimes. Not where transactions are aborted: Kafka takes those whose marker is below the log start for
    /// committed ones. Nobody reads them, but the log start may be lost in a crash, so here they stay aborted.
    /// </summary>
    public void DeleteRecords(PartitionLog log)
    {
        if (_random.Next(3) != 0 || aborts)
            return;
        var start = log.LogStartOffset + _random.NextInt64((log.HighWatermark - log.LogStartOffset) / 3 + 1);
        Assert.That(log.IncrementLogStartOffset(start), Is.EqualTo(ErrorCode.None));
    }

    private void AddOf(PartitionLog log, long nowMs, long producerId, bool isTransactional)
    {
        var (epoch, sequence) = _producers.GetValueOrDefault(producerId);
        if (!isTransactional && _random.Next(8) == 0)
            (epoch, sequence) = ((short)(epoch + 1), 0);
        if (isTransactional)
            _open.Add(producerId);
        var added = Add(log, nowMs, new RecordBatchOptions
        {
            ProducerId = producerId, ProducerEpoch = epoch, BaseSequence = sequence, IsTransactional = isTransactional,
        });
        _producers[producerId] = (epoch, sequence + added);
    }

    private void EndTransaction(PartitionLog log, long nowMs, long producerId)
    {
        _open.Remove(producerId);
        var (epoch, sequence) = _producers.GetValueOrDefault(producerId);
        if (_random.Next(2) == 0)
            (epoch, sequence) = ((short)(epoch + 1), 0);
        _producers[producerId] = (epoch, sequence);
        var type = !aborts || _random.Next(2) == 0 ? ControlRecordType.Commit : ControlRecordType.Abort;
        var marker = ControlRecords.EndTransactionBatch(
            new EndTransactionMarker(type, 7), 0, nowMs + _random.Next(-9000, 9000), producerId, epoch, _leaderEpoch);
        var info = log.AppendAsLeader(marker, _leaderEpoch, AppendOrigin.Coordinator);
        Assert.That(info.ErrorCode, Is.EqualTo(ErrorCode.None), info.ErrorMessage);
    }

    private int Add(PartitionLog log, long nowMs, RecordBatchOptions options)
    {
        var records = _random.Next(6) == 0 ? _random.Next(40, 200) : _random.Next(1, 9);
        var codec = isCompressed ? (CompressionType)_random.Next(5) : CompressionType.None;
        using var builder = new RecordBatchBuilder(options with { Compression = codec });
        for (var i = 0; i < records; i++)
        {
            var value = _random.Next(5) == 0 ? null : new byte[records < 9 && _random.Next(20) == 0 ? 2500 : _random.Next(60)];
            if (value is not null && _random.Next(2) == 0)
                _random.NextBytes(value);
            builder.Append(
                i, Timestamp(nowMs), Key(), value, _random.Next(4) == 0
                    ? [KeyValuePair.Create("", (byte[]?)[]), KeyValuePair.Create(new string('h', 80), (byte[]?)null)]
                    : []);
        }
        var info = log.AppendAsLeader(builder.Build().ToArray(), _leaderEpoch);
        Assert.That(info.ErrorCode, Is.EqualTo(ErrorCode.None), info.ErrorMessage);
        return records;
    }

    private long Timestamp(long nowMs) => _random.Next(12) switch
    {
        0 => -1,
        1 => 0,
        2 => nowMs + (1L << 40),
        3 => long.MaxValue - _random.Next(3),
        _ => nowMs + _random.Next(-20_000, 20_000),
    };

    private byte[]? Key()
    {
        var kind = _random.Next(12);
        return kind == 0 && hasNullKeys ? null
            : kind == 1 ? []
            : kind == 2 ? [.. Enumerable.Repeat((byte)_random.Next(3), 300)]
            : [(byte)'k', (byte)_random.Next(25)];
    }
}
