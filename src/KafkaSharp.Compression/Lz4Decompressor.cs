using System.Buffers.Binary;
using System.IO.Hashing;
using K4os.Compression.LZ4;

namespace KafkaSharp.Compression;

/// <summary>
/// Reads one lz4 frame like Kafka's <c>Lz4BlockInputStream</c>: the checksum of the content is not verified, and bytes after the frame are
/// not consumed. A block is decoded directly into the destination if any block fits there, otherwise into a pooled buffer.
/// </summary>
internal sealed class Lz4Decompressor(bool ignoreHeaderChecksum, Pool<Lz4Decompressor> pool) : Decompressor
{
    private const uint Uncompressed = 0x8000_0000;

    private Lz4FrameHeader _header;
    private byte[]? _block;
    private int _position;
    private int _length;
    private bool _begun;
    private bool _ended;

    public void Reset()
    {
        _begun = _ended = false;
        _position = _length = 0;
    }

    public override int Read(ref ReadOnlySpan<byte> source, scoped Span<byte> destination)
    {
        if (!_begun)
            _header = Lz4FrameHeader.Read(ref source, ignoreHeaderChecksum);
        _begun = true;
        var written = 0;
        while (written < destination.Length)
        {
            if (_position == _length && (_ended || !TryReadBlock(ref source, destination[written..], ref written)))
                break;
            var count = Math.Min(_length - _position, destination.Length - written);
            _block.AsSpan(_position, count).CopyTo(destination[written..]);
            _position += count;
            written += count;
        }
        return written;
    }

    public override void Dispose()
    {
        if (_block is not null)
            RecordArrays.Return(_block);
        _block = null;
        _position = _length = 0;
        pool.TryReturn(this);
    }

    // False at the end of the frame.
    private bool TryReadBlock(ref ReadOnlySpan<byte> source, scoped Span<byte> destination, ref int written)
    {
        var field = ReadUInt32(ref source);
        var size = (int)(field & ~Uncompressed);
        if (size == 0)
            return EndFrame(ref source);
        if (size > _header.MaxBlockSize)
            throw new CompressionException($"An lz4 block of {size} bytes exceeds the maximum of {_header.MaxBlockSize}");
        if (size > source.Length)
            throw Truncated();
        var block = source[..size];
        source = source[size..];
        if (_header.HasBlockChecksums && XxHash32.HashToUInt32(block) != ReadUInt32(ref source))
            throw new CompressionException("The checksum of an lz4 block is wrong");
        if (destination.Length >= _header.MaxBlockSize)
            written += Decode(block, field, destination[.._header.MaxBlockSize]);
        else
        {
            _block ??= RecordArrays.Rent(_header.MaxBlockSize);
            _length = Decode(block, field, _block.AsSpan(0, _header.MaxBlockSize));
            _position = 0;
        }
        return true;
    }

    // As in Kafka, the checksum of the content has to be there, but its value does not count.
    private bool EndFrame(ref ReadOnlySpan<byte> source)
    {
        if (_header.HasContentChecksum)
            ReadUInt32(ref source);
        _ended = true;
        return false;
    }

    private static int Decode(ReadOnlySpan<byte> block, uint sizeField, Span<byte> destination)
    {
        if ((sizeField & Uncompressed) != 0)
        {
            block.CopyTo(destination);
            return block.Length;
        }
        var length = LZ4Codec.Decode(block, destination);
        return length >= 0 ? length : throw new CompressionException("An lz4 block is corrupt");
    }

    private static uint ReadUInt32(ref ReadOnlySpan<byte> source)
    {
        if (source.Length < sizeof(uint))
            throw Truncated();
        var value = BinaryPrimitives.ReadUInt32LittleEndian(source);
        source = source[sizeof(uint)..];
        return value;
    }

    private static CompressionException Truncated() => new("The lz4 frame is truncated");
}
