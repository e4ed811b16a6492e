using KafkaSharp.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>
/// Batches of many kinds from a seed: few keys, tombstones, headers, codecs, idempotent producers, transactions that commit, abort or stay
/// open. Given the same log, two histories of one seed append the same bytes.
/// </summary>
internal sealed class RandomHistory(int seed, bool isCompressed, bool aborts = true, int keys = 30)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<long, int> _sequences = [];
    private readonly HashSet<long> _open = [];

    public void Append(PartitionLog log, long nowMs, int batches)
    {
        for (var i = 0; i < batches; i++)
        {
            var kind = _random.Next(20);
            if (kind < 10)
                Add(log, nowMs, new RecordBatchOptions());
            else if (kind < 13)
                AddOf(log, nowMs, _random.Next(1, 4), isTransactional: false);
            else if (_open.Count > 0 && kind < 16)
                EndTransaction(log, nowMs, _open.ElementAt(_random.Next(_open.Count)));
            else
                AddOf(log, nowMs, 10 + _random.Next(3), isTransactional: true);
        }
    }

    public void EndTransactions(PartitionLog log, long nowMs)
    {
        foreach (var producerId in _open.ToArray())
            EndTransaction(log, nowMs, producerId);
    }

    private void AddOf(PartitionLog log, long nowMs, long producerId, bool isTransactional)
    {
        if (isTransactional)
            _open.Add(producerId);
        var sequence = _sequences.GetValueOrDefault(producerId);
        _sequences[producerId] = sequence + Add(log, nowMs, new RecordBatchOptions
        {
            ProducerId = producerId, ProducerEpoch = 0, BaseSequence = sequence, IsTransactional = isTransactional,
        });
    }

    private void EndTransaction(PartitionLog log, long nowMs, long producerId)
    {
        _open.Remove(producerId);
        var type = !aborts || _random.Next(2) == 0 ? ControlRecordType.Commit : ControlRecordType.Abort;
        var marker = ControlRecords.EndTransactionBatch(new EndTransactionMarker(type, 0), 0, nowMs, producerId, 0, 0);
        Assert.That(log.AppendAsLeader(marker, 0, AppendOrigin.Coordinator).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    private int Add(PartitionLog log, long nowMs, RecordBatchOptions options)
    {
        var records = _random.Next(1, 9);
        var codec = isCompressed ? (CompressionType)_random.Next(5) : CompressionType.None;
        using var builder = new RecordBatchBuilder(options with { Compression = codec });
        for (var i = 0; i < records; i++)
        {
            var value = _random.Next(6) == 0 ? null : new byte[_random.Next(120)];
            if (value is not null)
                _random.NextBytes(value);
            builder.Append(
                i, nowMs + _random.Next(-3, 3), [(byte)'k', (byte)_random.Next(keys)], value,
                _random.Next(4) == 0 ? [KeyValuePair.Create("h", (byte[]?)[1]), KeyValuePair.Create("n", (byte[]?)null)] : []);
        }
        var info = log.AppendAsLeader(builder.Build().ToArray(), 0);
        Assert.That(info.ErrorCode, Is.EqualTo(ErrorCode.None), info.ErrorMessage);
        return records;
    }
}
