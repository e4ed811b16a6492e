using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Raft.Log;

/// <summary>Makes the batches of the metadata log from records. Used by one thread at a time; what it returns is the caller's.</summary>
sealed class BatchEncoder<TRecord>(IRecordSerde<TRecord> serde, int maxBatchBytes, int maxRecordsPerBatch)
{
    /// <summary>The most a record's own lengths, attributes and deltas add to its value.</summary>
    private const int MaxRecordOverhead = 32;

    private readonly ArrayBufferWriter<byte> _value = new(1024);

    /// <summary>
    /// Encodes records as consecutive batches from an offset on: one if they must be atomic, else as many as the limits ask for.
    /// </summary>
    /// <exception cref="StateMachineException">RecordListTooLarge: one batch would not hold what it must.</exception>
    public List<EncodedBatch<TRecord>> Encode(IReadOnlyList<TRecord> records, bool isAtomic, long baseOffset, int epoch, long timestamp)
    {
        var batches = new List<EncodedBatch<TRecord>>(1);
        using var builder = new RecordBatchBuilder(Options(baseOffset, epoch));
        var first = 0;
        for (var i = 0; i < records.Count; i++)
        {
            _value.ResetWrittenCount();
            serde.Write(records[i], _value);
            var fits = builder.UncompressedSize + _value.WrittenCount + MaxRecordOverhead <= maxBatchBytes;
            if (!isAtomic && i > first && (!fits || i - first >= maxRecordsPerBatch))
            {
                batches.Add(Finish(builder, records, first, i, baseOffset + first, epoch, timestamp));
                first = i;
                builder.Reset(Options(baseOffset + first, epoch));
                fits = builder.UncompressedSize + _value.WrittenCount + MaxRecordOverhead <= maxBatchBytes;
            }
            if (!fits)
                throw new StateMachineException(
                    ErrorCode.RecordListTooLarge,
                    $"{records.Count} records do not fit a batch of {maxBatchBytes} bytes of the metadata log");
            builder.Append(timestamp, default, _value.WrittenSpan, hasKey: false);
        }
        batches.Add(Finish(builder, records, first, records.Count, baseOffset + first, epoch, timestamp));
        return batches;
    }

    private static RecordBatchOptions Options(long baseOffset, int epoch) =>
        new() { BaseOffset = baseOffset, PartitionLeaderEpoch = epoch };

    private static EncodedBatch<TRecord> Finish(
        RecordBatchBuilder builder, IReadOnlyList<TRecord> records, int from, int to, long baseOffset, int epoch, long timestamp)
    {
        var bytes = builder.Build().ToArray();
        var part = from == 0 && to == records.Count ? records : [.. records.Skip(from).Take(to - from)];
        return new EncodedBatch<TRecord>(
            bytes, new CommittedBatch<TRecord>(baseOffset, baseOffset + part.Count - 1, epoch, timestamp, bytes.Length, part));
    }
}
