using System.Buffers;
using System.IO.Compression;

namespace KafkaSharp.Compression;

/// <summary>gzip, with the zlib of the .NET runtime. Levels are 1 to 9, and -1 for zlib's default.</summary>
internal sealed class GzipCodec : ICompressionCodec
{
    public const int DefaultLevel = -1;

    public CompressionType Type => CompressionType.Gzip;

    /// <summary>The gzip stream of an empty input, for which <see cref="GZipStream"/> writes nothing.</summary>
    private static ReadOnlySpan<byte> Empty => [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public void Compress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int? level)
    {
        if (source.IsEmpty)
        {
            destination.Write(Empty);
            return;
        }
        using var stream = CreateStream(destination, level);
        stream.Write(source);
    }

    public Compressor CreateCompressor(IBufferWriter<byte> destination, int? level) => new StreamCompressor(destination, level);

    public void Decompress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        using var decompressor = CreateDecompressor();
        BoundedDecompression.Run(decompressor, source, destination, maxBytes);
    }

    public Decompressor CreateDecompressor() => new GzipDecompressor();

    private static GZipStream CreateStream(IBufferWriter<byte> destination, int? level) =>
        new(new BufferWriterStream(destination), new ZLibCompressionOptions { CompressionLevel = level ?? DefaultLevel });

    private sealed class StreamCompressor(IBufferWriter<byte> destination, int? level) : Compressor
    {
        private GZipStream? _stream;

        public override void Write(ReadOnlySpan<byte> source)
        {
            if (source.IsEmpty)
                return;
            _stream ??= CreateStream(destination, level);
            _stream.Write(source);
        }

        public override void Finish()
        {
            if (_stream is null)
                destination.Write(Empty);
            Dispose();
        }

        public override void Dispose()
        {
            _stream?.Dispose();
            _stream = null;
        }
    }

    /// <summary>A write-only stream over a buffer writer.</summary>
    private sealed class BufferWriterStream(IBufferWriter<byte> writer) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer) => writer.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => writer.Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
