using System.Buffers;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Building;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// Builds batches of a coordinator's records, byte for byte those of Kafka. Reuses its memory, but not that of large batches and records:
/// what <see cref="Build"/> returns is valid until the next call. Used on one shard's loop.
/// </summary>
internal sealed class CoordinatorBatch<TRecord>(
    ICoordinatorRecordSerde<TRecord> serde, CompressionType compression, int baseSequence = 0) : IDisposable
    where TRecord : class
{
    private const int LargestKept = 64 * 1024;

    private readonly RecordBatchBuilder _builder = new(default);
    private ArrayBufferWriter<byte> _key = new(128);
    private ArrayBufferWriter<byte> _value = new(512);

    public int Count => _builder.RecordCount;

    /// <summary>The size so far, before compression, in bytes.</summary>
    public int Size => _builder.UncompressedSize;

    /// <summary>The producer whose transaction the batch belongs to.</summary>
    public ProducerIdentity Producer { get; private set; } = ProducerIdentity.None;

    /// <summary>Begins an empty batch.</summary>
    public void Start(ProducerIdentity producer)
    {
        Producer = producer;
        if (_key.Capacity > LargestKept)
            _key = new ArrayBufferWriter<byte>(128);
        if (_value.Capacity > LargestKept)
            _value = new ArrayBufferWriter<byte>(512);
        _builder.Reset(new RecordBatchOptions
        {
            Compression = compression,
            ProducerId = producer.Id,
            ProducerEpoch = producer.Epoch,
            BaseSequence = producer.IsTransactional ? 0 : baseSequence,
            IsTransactional = producer.IsTransactional,
        });
    }

    /// <summary>The bytes that a record adds at most.</summary>
    public int UpperBoundOf(TRecord record)
    {
        Encode(record);
        return RecordBatchBuilder.UpperBoundOf(_key.WrittenCount, _value.WrittenCount);
    }

    public void Add(TRecord record, long timestamp)
    {
        var hasValue = Encode(record);
        _builder.Append(timestamp, _key.WrittenSpan, _value.WrittenSpan, hasValue: hasValue);
    }

    public ReadOnlyMemory<byte> Build() => _builder.Build();

    public void Dispose() => _builder.Dispose();

    private bool Encode(TRecord record)
    {
        _key.ResetWrittenCount();
        _value.ResetWrittenCount();
        serde.WriteKey(record, _key);
        return serde.WriteValue(record, _value);
    }
}
