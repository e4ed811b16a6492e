using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records;

/// <summary>
/// A batch of any magic where it lies: what <see cref="RecordBatchReader"/> finds. Its length and magic are checked, nothing else is until
/// <see cref="EnsureValid"/>. A magic 0 or 1 "batch" is one message, maybe a compressed wrapper of others.
/// </summary>
public readonly ref struct RecordBatch
{
    public RecordBatch(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    public ReadOnlySpan<byte> Bytes { get; }
    public int SizeInBytes => Bytes.Length;
    public byte Magic => throw new NotImplementedException();

    /// <summary>The fixed fields of a magic 2 batch; not to be asked of a legacy one.</summary>
    public RecordBatchHeader Header => new(Bytes);

    /// <summary>For a compressed legacy message this decompresses it.</summary>
    public long BaseOffset => throw new NotImplementedException();
    public long LastOffset => throw new NotImplementedException();
    public long NextOffset => throw new NotImplementedException();
    public int PartitionLeaderEpoch => throw new NotImplementedException();
    public long MaxTimestamp => throw new NotImplementedException();
    public TimestampType TimestampType => throw new NotImplementedException();
    public CompressionType Compression => throw new NotImplementedException();
    public int? CountOrNull => throw new NotImplementedException();
    public long ProducerId => throw new NotImplementedException();
    public bool HasProducerId => throw new NotImplementedException();
    public short ProducerEpoch => throw new NotImplementedException();
    public int BaseSequence => throw new NotImplementedException();
    public int LastSequence => throw new NotImplementedException();
    public bool IsTransactional => throw new NotImplementedException();
    public bool IsControlBatch => throw new NotImplementedException();
    public long? DeleteHorizonMs => throw new NotImplementedException();
    public uint Crc => throw new NotImplementedException();
    public uint ComputeCrc() => throw new NotImplementedException();
    public bool IsValid => throw new NotImplementedException();

    /// <summary>Throws <see cref="RecordsException"/> with CORRUPT_MESSAGE when the size or the CRC is wrong.</summary>
    public void EnsureValid() => throw new NotImplementedException();
}
