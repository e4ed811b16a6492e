using System.Buffers.Binary;
using KafkaSharp.Protocol.Records.Legacy;

namespace KafkaSharp.Protocol.Records.Reading;

/// <summary>
/// Walks the batches of a buffer, as one lies in a log or a request. A batch whose bytes are not all there ends the walk, as in Kafka; a
/// length or magic that cannot be is a <see cref="RecordsException"/> with CORRUPT_MESSAGE.
/// </summary>
public ref struct RecordBatchReader(ReadOnlySpan<byte> buffer, int maxBatchSize = int.MaxValue)
{
    private readonly ReadOnlySpan<byte> _buffer = buffer;
    private readonly int _maxBatchSize = maxBatchSize;

    /// <summary>Where the current batch begins in the buffer.</summary>
    public int Position { readonly get; private set; }

    /// <summary>Bytes of whole batches passed so far, the current one included.</summary>
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
    /// The size of the batch that begins here, header included, checked; false where too few bytes are there to tell it. The batch itself
    /// may reach beyond the bytes.
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
            throw new RecordsException(ErrorCode.UnknownServerError, $"A batch of {length} bytes cannot be");
        size = length + RecordBatchHeader.LogOverhead;
        return true;
    }
}
