using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Raft.Log;

/// <summary>Encodes records as batches of the metadata log. Not thread-safe. The caller owns the returned batches.</summary>
internal sealed class BatchEncoder<TRecord>(IRecordSerde<TRecord> serde, int maxBatchBytes, int maxRecordsPerBatch)
{
    /// <summary>Upper bound of the bytes that a record's lengths, attributes and deltas add to its value.</summary>
    private const int MaxRecordOverhead = 32;

    private readonly ArrayBufferWriter<byte> _value = new(1024);

    /// <summary>
    /// Encodes records as consecutive batches, starting at an offset: one batch if they must be atomic, otherwise as many as the limits
    /// require.
    /// </summary>
    /// <exception cref="StateMachineException">
    /// RecordListTooLarge: the atomic records, or a single record, exceed the size limit of a batch.
    /// </exception>
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
                    $"{records.Count} records do not fit into one batch of the metadata log, which is limited to {maxBatchBytes} bytes");
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
