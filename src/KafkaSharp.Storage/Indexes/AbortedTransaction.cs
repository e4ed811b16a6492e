using System.Buffers.Binary;

namespace KafkaSharp.Storage.Indexes;

/// <summary>
/// An entry of <c>.txnindex</c> (Kafka's <c>AbortedTxn</c>): version, producer id, first offset, offset of the abort marker, and the last
/// stable offset after it. 34 bytes, big-endian.
/// </summary>
public readonly record struct AbortedTransaction(long ProducerId, long FirstOffset, long LastOffset, long LastStableOffset)
{
    public const int Size = 34;
    public const short CurrentVersion = 0;

    public static AbortedTransaction Read(ReadOnlySpan<byte> entry) => new(
        BinaryPrimitives.ReadInt64BigEndian(entry[2..]),
        BinaryPrimitives.ReadInt64BigEndian(entry[10..]),
        BinaryPrimitives.ReadInt64BigEndian(entry[18..]),
        BinaryPrimitives.ReadInt64BigEndian(entry[26..]));

    public void Write(Span<byte> entry)
    {
        BinaryPrimitives.WriteInt16BigEndian(entry, CurrentVersion);
        BinaryPrimitives.WriteInt64BigEndian(entry[2..], ProducerId);
        BinaryPrimitives.WriteInt64BigEndian(entry[10..], FirstOffset);
        BinaryPrimitives.WriteInt64BigEndian(entry[18..], LastOffset);
        BinaryPrimitives.WriteInt64BigEndian(entry[26..], LastStableOffset);
    }
}
