using System.Buffers.Binary;
using System.IO.Compression;

namespace KafkaSharp.Compression;

/// <summary>
/// Reads a gzip stream with one member, as all clients write it. <see cref="GZipStream"/> reads compressed bytes only during
/// <see cref="Read"/>. It does not detect a truncated stream, so the length field at the end of the stream is compared with the number of
/// bytes that were decompressed.
/// </summary>
internal sealed unsafe class GzipDecompressor : Decompressor
{
    private const int SmallestStream = 18;

    private readonly SourceStream _source = new();
    private readonly GZipStream _stream;
    private uint? _expectedLength;
    private uint _length;

    public GzipDecompressor() => _stream = new GZipStream(_source, CompressionMode.Decompress);

    public override int Read(ref ReadOnlySpan<byte> source, scoped Span<byte> destination)
    {
        _expectedLength ??= source.Length >= SmallestStream
            ? BinaryPrimitives.ReadUInt32LittleEndian(source[^sizeof(uint)..])
            : throw new CompressionException("The gzip stream is too short");
        fixed (byte* start = source)
        {
            _source.Start = start;
            _source.Left = source.Length;
            try
            {
                var written = 0;
                while (written < destination.Length && _stream.Read(destination[written..]) is > 0 and var count)
                    written += count;
                _length += (uint)written;
                if (written < destination.Length && _length != _expectedLength)
                    throw new CompressionException("The gzip stream is truncated or its length field is wrong");
                source = source[^_source.Left..];
                return written;
            }
            catch (InvalidDataException e)
            {
                throw new CompressionException($"gzip: {e.Message}", e);
            }
            finally
            {
                _source.Start = null;
                _source.Left = 0;
            }
        }
    }

    public override void Dispose() => _stream.Dispose();

    /// <summary>The compressed bytes of the current read.</summary>
    private sealed class SourceStream : Stream
    {
        public byte* Start { get; set; }
        public int Left { get; set; }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, Left);
            new ReadOnlySpan<byte>(Start, count).CopyTo(buffer);
            Start += count;
            Left -= count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
