using System.Buffers.Binary;
using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records.Legacy;

/// <summary>
/// Reads the inner messages of a compressed legacy message (Kafka's <c>DeepRecordsIterator</c>). All are decompressed first: in magic 1,
/// the wrapper has the offset of the last inner message, and the other offsets are relative to it.
/// </summary>
internal sealed class LegacyInnerMessages : IDisposable
{
    private readonly PooledBuffer _bytes = new();
    private readonly byte _wrapperMagic;
    private readonly long _baseOffset;
    private readonly long? _logAppendTime;
    private readonly int _end;
    private int _position;

    public LegacyInnerMessages(ReadOnlySpan<byte> wrapperBytes, int maxBytes)
    {
        var wrapper = new LegacyMessage(wrapperBytes);
        _wrapperMagic = wrapper.Magic;
        _logAppendTime = wrapper.IsLogAppendTime ? wrapper.Timestamp : null;
        try
        {
            Decompress(wrapper, maxBytes);
            var lastOffset = FindEnd(out _end);
            if (_wrapperMagic == 0)
                return;
            if (wrapper.Offset != 0 && wrapper.Offset < lastOffset)
            {
                throw RecordsException.Invalid(
                    $"Found invalid wrapper offset in compressed v1 message set, wrapper offset '{wrapper.Offset}' is less than the " +
                    $"last inner message offset '{lastOffset}' and it is not zero.");
            }
            _baseOffset = wrapper.Offset == 0 ? 0 : wrapper.Offset - lastOffset;
        }
        catch
        {
            _bytes.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next message. False at the end.</summary>
    public bool TryRead(scoped ref Record record, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (_position >= _end)
            return false;
        bytes = _bytes.Span[_position..];
        var size = BinaryPrimitives.ReadInt32BigEndian(bytes[RecordBatchHeader.BatchLengthPosition..]);
        bytes = bytes[..(size + RecordBatchHeader.LogOverhead)];
        _position += bytes.Length;
        var message = new LegacyMessage(bytes);
        if (Decompression.TypeOf(message.CompressionId) != CompressionType.None)
            throw RecordsException.Invalid("Inner messages must not be compressed");
        return true;
    }

    /// <summary>The log offset of an inner message.</summary>
    public long OffsetOf(LegacyMessage message) => _wrapperMagic == 0 ? message.Offset : _baseOffset + message.Offset;

    public long TimestampOf(LegacyMessage message) =>
        message.Magic == 0 ? RecordBatchHeader.NoTimestamp : _logAppendTime ?? message.Timestamp;

    public void Dispose() => _bytes.Dispose();

    private void Decompress(LegacyMessage wrapper, int maxBytes)
    {
        var type = Decompression.TypeOf(wrapper.CompressionId);
        if (type == CompressionType.Zstd)
            throw RecordsException.Invalid($"Invalid wrapper compressionType found in legacy deep record iterator {wrapper.Magic}");
        var body = default(Record);
        if (!wrapper.TryParse(ref body))
            body.SetCorrupt();
        if (!body.HasValue)
            throw RecordsException.Invalid($"Found invalid compressed record set with null value (magic = {wrapper.Magic})");
        var codec = type == CompressionType.Lz4 && wrapper.Magic == 0 ? CompressionCodecs.LegacyLz4 : CompressionCodecs.Get(type);
        Decompression.All(codec, body.Value, _bytes, maxBytes);
    }

    private long FindEnd(out int end)
    {
        var reader = new LegacyInnerReader(_bytes.Span);
        long? lastOffset = null;
        while (reader.TryRead(out var bytes))
            lastOffset = new LegacyMessage(bytes).Offset;
        end = reader.Position;
        return lastOffset ?? throw RecordsException.Invalid("Found invalid compressed record set with no inner records");
    }

    private ref struct LegacyInnerReader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public int Position { get; private set; }

        public bool TryRead(out ReadOnlySpan<byte> message)
        {
            message = default;
            var rest = _bytes[Position..];
            if (rest.Length < RecordBatchHeader.LogOverhead)
                return false;
            var size = BinaryPrimitives.ReadInt32BigEndian(rest[RecordBatchHeader.BatchLengthPosition..]);
            if (size < LegacyMessage.MinSize)
                throw LegacyMessage.TooSmall(size);
            if (size > rest.Length - RecordBatchHeader.LogOverhead)
                return false;
            message = rest[..(size + RecordBatchHeader.LogOverhead)];
            if (message[RecordBatchHeader.MagicPosition] > 1)
                throw new RecordsException(ErrorCode.UnknownServerError, "An inner message of a legacy message has an unknown magic");
            Position += message.Length;
            return true;
        }
    }
}
