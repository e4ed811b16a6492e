using System.Buffers.Binary;

namespace KafkaSharp.Compression;

/// <summary>
/// Reads framed or raw snappy block by block. A block is decoded directly into the destination if it fits, otherwise into a pooled buffer.
/// A block whose length field exceeds what its input can encode (a copy of 64 bytes takes 3 bytes) is refused before a buffer is rented for
/// it.
/// </summary>
internal sealed class SnappyDecompressor(Pool<SnappyDecompressor> pool) : Decompressor
{
    private const int MaxExpansion = 22;

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
        const int magicSize = 8;
        const int lowestVersion = 1;
        _begun = true;
        if (source.Length < SnappyCodec.Header.Length || !source.StartsWith(SnappyCodec.Header[..magicSize]))
        {
            if (source.IsEmpty)
                throw new CompressionException("The snappy stream is empty");
            return;
        }
        if (BinaryPrimitives.ReadInt32BigEndian(source[magicSize..]) < lowestVersion)
            throw new CompressionException("The snappy stream has an unsupported version");
        _framed = true;
        source = source[SnappyCodec.Header.Length..];
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
