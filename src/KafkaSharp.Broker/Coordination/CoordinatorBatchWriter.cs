using System.Buffers;
using KafkaSharp.Compression;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol.Records.Building;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Makes batches of a coordinator's records, byte for byte those of Kafka (which gives them the base sequence 0, though no producer).
/// Reuses its memory: what <see cref="Next"/> gives is valid until the next call. Used by one shard's loop.
/// </summary>
sealed class CoordinatorBatchWriter(CompressionType compression) : IDisposable
{
    private readonly RecordBatchBuilder _batch = new(Options(compression));
    private readonly ArrayBufferWriter<byte> _key = new(128);
    private readonly ArrayBufferWriter<byte> _value = new(512);

    /// <summary>
    /// The batch of the records from <paramref name="index"/> on, which is moved past the last of them: of all, or of as many as
    /// stay below <paramref name="maxBytes"/>, but of one at least.
    /// </summary>
    public ReadOnlyMemory<byte> Next(IReadOnlyList<CoordinatorRecord> records, ref int index, int maxBytes, long timestamp)
    {
        _batch.Reset(Options(compression));
        for (; index < records.Count; index++)
        {
            var record = records[index];
            _key.ResetWrittenCount();
            _value.ResetWrittenCount();
            record.WriteKey(_key);
            if (!record.IsTombstone)
                record.WriteValue(_value);
            var size = RecordBatchBuilder.UpperBoundOf(_key.WrittenCount, _value.WrittenCount);
            if (_batch.RecordCount > 0 && _batch.UncompressedSize + size > maxBytes)
                break;
            _batch.Append(timestamp, _key.WrittenSpan, _value.WrittenSpan, hasValue: !record.IsTombstone);
        }
        return _batch.Build();
    }

    public void Dispose() => _batch.Dispose();

    private static RecordBatchOptions Options(CompressionType compression) => new() { Compression = compression, BaseSequence = 0 };
}
