using System.Buffers.Binary;
using KafkaSharp.Protocol.Records.Legacy;

namespace KafkaSharp.Protocol.Records.Reading;

/// <summary>
/// Enumerates the batches of a buffer from a log or a request. As in Kafka, an incomplete batch ends the enumeration; an invalid length or
/// magic causes a <see cref="RecordsException"/> with CORRUPT_MESSAGE.
/// </summary>
public ref struct RecordBatchReader(ReadOnlySpan<byte> buffer, int maxBatchSize = int.MaxValue)
{
    private readonly ReadOnlySpan<byte> _buffer = buffer;
    private readonly int _maxBatchSize = maxBatchSize;

    /// <summary>The position of the current batch in the buffer.</summary>
    public int Position { readonly get; private set; }

    /// <summary>The total size of the complete batches up to the current one, in bytes.</summary>
    public int Consumed { readonly get; private set; }

    public readonly RecordBatch Current => new(_buffer[Position..Consumed]);

    public bool MoveNext()
    {
        var rest = _buffer[Consumed..];
        if (!TryReadSize(rest, _maxBatchSize, out var size) || rest.Length < size)
            return false;
        Position = Consumed;
        Consumed += size;
        return true;
    }

    public readonly RecordBatchReader GetEnumerator() => this;

    /// <summary>
    /// Reads and checks the size of the batch at the start of the bytes, including its header. False if there are too few bytes to read it.
    /// The batch itself may be longer than the bytes.
    /// </summary>
    public static bool TryReadSize(ReadOnlySpan<byte> bytes, int maxBatchSize, out int size)
    {
        size = 0;
        if (bytes.Length < RecordBatchHeader.LogOverhead)
            return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[RecordBatchHeader.BatchLengthPosition..]);
        if (length < LegacyMessage.MinSize)
            throw LegacyMessage.TooSmall(length);
        if (length > maxBatchSize)
        {
            throw new RecordsException(
                ErrorCode.CorruptMessage, $"Record size {length} exceeds the largest allowable message size ({maxBatchSize}).");
        }
        if (bytes.Length <= RecordBatchHeader.MagicPosition)
            return false;
        var magic = (sbyte)bytes[RecordBatchHeader.MagicPosition];
        if (magic is < 0 or > 2)
            throw new RecordsException(ErrorCode.CorruptMessage, $"Invalid magic found in record: {magic}");
        if (length > int.MaxValue - RecordBatchHeader.LogOverhead)
            throw new RecordsException(ErrorCode.UnknownServerError, $"The batch length {length} is too large");
        size = length + RecordBatchHeader.LogOverhead;
        return true;
    }
}
