using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records.Reading;

/// <summary>
/// A window over the bytes of a batch's records: all of them if they are uncompressed, otherwise a pooled buffer that is filled by
/// decompression as needed. The buffer grows with the decompressed bytes, not with lengths read from the input.
/// </summary>
internal ref struct RecordWindow : IDisposable
{
    private const int SmallestBuffer = 4 * 1024;
    private const int LargestFirstBuffer = 64 * 1024;
    private const int LargestRead = 64 * 1024;

    // A larger buffer is reserved, since a batch can be small and its records large.
    private const int LargestUnreserved = 4 * 1024 * 1024;

    private readonly Decompressor? _decompressor;
    private readonly IWorkTurn? _turn;
    private readonly int _maxBytes;
    private ReadOnlySpan<byte> _source;
    private ReadOnlySpan<byte> _window;
    private byte[]? _buffer;
    private IDisposable? _reservation;
    private int _position;
    private int _end;

    /// <summary>A window over compressed records that were decompressed before.</summary>
    public RecordWindow(ReadOnlySpan<byte> decompressed)
    {
        _window = decompressed;
        _end = decompressed.Length;
        IsCompressed = true;
    }

    /// <param name="records">The records as they are in the batch.</param>
    /// <param name="compression">How they are compressed.</param>
    /// <param name="maxBytes">The largest buffer.</param>
    /// <param name="turn">Is checked in with after each piece that was decompressed.</param>
    public RecordWindow(ReadOnlySpan<byte> records, CompressionType compression, int maxBytes, IWorkTurn? turn)
    {
        _turn = turn;
        _maxBytes = maxBytes;
        if (compression == CompressionType.None)
        {
            _window = records;
            _end = records.Length;
            return;
        }
        IsCompressed = true;
        _source = records;
        _decompressor = Decompression.Create(compression);
        _decompressor.ReserveIn(turn);
        var size = (int)Math.Clamp(records.Length * 4L, SmallestBuffer, LargestFirstBuffer);
        _buffer = RecordArrays.Rent(Math.Max(1, Math.Min(size, maxBytes)));
        _window = _buffer;
    }

    /// <summary>Whether the records are compressed in their batch: some errors are others then.</summary>
    public readonly bool IsCompressed { get; }

    public readonly ReadOnlySpan<byte> Available => _window[_position.._end];

    public void Advance(int count) => _position += count;

    /// <summary>Fills the window until it contains <paramref name="count"/> bytes. False if the records end before.</summary>
    public bool Ensure(int count) => _end - _position >= count || (IsCompressed && Fill(count));

    /// <summary>Skips bytes. False if the records end before.</summary>
    public bool TrySkip(int count)
    {
        while (count > _end - _position)
        {
            count -= _end - _position;
            _position = _end;
            if (!Ensure(1))
                return false;
        }
        _position += count;
        return true;
    }

    public void Dispose()
    {
        _decompressor?.Dispose();
        if (_buffer is not null)
            RecordArrays.Return(_buffer);
        _buffer = null;
        _window = default;
        _position = _end = 0;
        _reservation?.Dispose();
        _reservation = null;
    }

    private bool Fill(int count)
    {
        if (_buffer is null)
            return false;
        var kept = _end - _position;
        if (_position > 0)
            _buffer.AsSpan(_position, kept).CopyTo(_buffer);
        _position = 0;
        _end = kept;
        while (_end < count)
        {
            if (_end == Math.Min(_buffer.Length, _maxBytes))
                Grow();
            _turn?.CheckIn();
            var free = _buffer.AsSpan(_end, Math.Min(_buffer.Length, _maxBytes) - _end);
            var read = Decompression.Read(_decompressor!, ref _source, free[..Math.Min(free.Length, LargestRead)]);
            if (read == 0)
                return false;
            _end += read;
        }
        return true;
    }

    private void Grow()
    {
        var size = (int)Math.Min(_buffer!.Length * 2L, Math.Min(_maxBytes, Array.MaxLength));
        if (size <= _buffer.Length)
            throw new RecordsException(ErrorCode.MessageTooLarge, $"A record exceeds the limit of {_maxBytes} bytes");
        if (size > LargestUnreserved)
        {
            // All that it may grow to, and half of that while the bytes are moved: one that holds some should not have to wait for more.
            _reservation ??= _turn?.ReserveMemory(_maxBytes * 3L / 2);
        }
        var larger = RecordArrays.Rent(size);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        RecordArrays.Return(_buffer);
        _window = _buffer = larger;
    }
}
