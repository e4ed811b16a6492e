using System.Buffers.Binary;

namespace KafkaSharp.Compression;

/// <summary>
/// Reads framed or raw snappy block by block; framed streams may follow one another. A block is decoded directly into the destination if it
/// fits, otherwise into a pooled buffer. A block whose length field exceeds what its input can encode (a copy of 64 bytes takes 3 bytes) is
/// refused before a buffer is rented for it.
/// </summary>
internal sealed class SnappyDecompressor(Pool<SnappyDecompressor> pool) : Decompressor
{
    private const int MaxExpansion = 22;
    private const int MagicBytes = 8;

    // Twice, because the collector frees large buffers late.
    private const int ReservedFactor = 2;

    private bool _begun;
    private bool _framed;
    private bool _ended;
    private byte[]? _block;
    private IWorkTurn? _turn;
    private IDisposable? _reservation;
    private int _position;
    private int _length;

    public void Reset()
    {
        _begun = _framed = _ended = false;
        _position = _length = 0;
    }

    public override int Read(ref ReadOnlySpan<byte> source, scoped Span<byte> destination)
    {
        if (!_begun)
            Begin(ref source);
        var written = 0;
        while (written < destination.Length)
        {
            if (_position < _length)
            {
                var count = Math.Min(_length - _position, destination.Length - written);
                _block.AsSpan(_position, count).CopyTo(destination[written..]);
                _position += count;
                written += count;
                continue;
            }
            if (_ended || !TryNextBlock(ref source, out var block))
                break;
            written += ReadBlock(block, destination[written..]);
        }
        return written;
    }

    public override void ReserveIn(IWorkTurn? turn) => _turn = turn;

    public override void Dispose()
    {
        ReleaseBlock();
        _turn = null;
        _position = _length = 0;
        pool.TryReturn(this);
    }

    private void Begin(ref ReadOnlySpan<byte> source)
    {
        _begun = true;
        if (source.IsEmpty)
            throw new CompressionException("The snappy stream is empty");
        _framed = source.Length >= SnappyCodec.Header.Length && source.StartsWith(SnappyCodec.Header[..MagicBytes]);
        if (_framed)
            source = source[SnappyCodec.Header.Length..];
    }

    // The header of a further stream. As in snappy-java only its version is checked; one with another magic ends this read and is skipped.
    private static bool TrySkipHeader(ref ReadOnlySpan<byte> source)
    {
        const int lowestVersion = 1;
        if (source.Length < SnappyCodec.Header.Length)
            throw new CompressionException("The header of a further snappy stream is truncated");
        var hasMagic = source.StartsWith(SnappyCodec.Header[..MagicBytes]);
        if (hasMagic && BinaryPrimitives.ReadInt32BigEndian(source[MagicBytes..]) < lowestVersion)
            throw new CompressionException("A further snappy stream has an unsupported version");
        source = source[SnappyCodec.Header.Length..];
        return hasMagic;
    }

    private bool TryNextBlock(ref ReadOnlySpan<byte> source, out ReadOnlySpan<byte> block)
    {
        block = default;
        if (!_framed)
        {
            block = source;
            source = [];
            return _ended = true;
        }
        while (source.StartsWith(SnappyCodec.Header[..sizeof(int)]))
        {
            if (!TrySkipHeader(ref source))
                return false;
        }
        if (source.Length < sizeof(int))
        {
            // A truncated length field ends the stream without an error, as in snappy-java.
            _ended = true;
            source = [];
            return false;
        }
        var size = BinaryPrimitives.ReadInt32BigEndian(source);
        source = source[sizeof(int)..];
        if ((uint)size > (uint)source.Length)
            throw new CompressionException("A snappy block is truncated");
        block = source[..size];
        source = source[size..];
        return true;
    }

    private int ReadBlock(ReadOnlySpan<byte> block, Span<byte> destination)
    {
        var length = SnappyDecoder.ReadLength(block, out var start);
        var body = block[start..];
        if (length > (long)body.Length * MaxExpansion)
            throw new CompressionException("The length field of a snappy block exceeds what the block can encode");
        if (length <= destination.Length)
        {
            SnappyDecoder.Decode(body, destination[..length]);
            return length;
        }
        if (_block is null || _block.Length < length)
        {
            ReleaseBlock();
            if (length > RecordArrays.LargestPooled)
                _reservation = _turn?.ReserveMemory((long)length * ReservedFactor);
            _block = RecordArrays.Rent(length);
        }
        _position = _length = 0;
        SnappyDecoder.Decode(body, _block.AsSpan(0, length));
        _length = length;
        return 0;
    }

    private void ReleaseBlock()
    {
        if (_block is not null)
            RecordArrays.Return(_block);
        _block = null;
        _reservation?.Dispose();
        _reservation = null;
    }
}
