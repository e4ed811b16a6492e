using System.Buffers;

namespace KafkaSharp.Compression;

/// <summary>The codec of <see cref="CompressionType.None"/>. It copies the bytes.</summary>
internal sealed class NoCompressionCodec : ICompressionCodec
{
    public CompressionType Type => CompressionType.None;

    public void Compress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int? level) => destination.Write(source);

    public Compressor CreateCompressor(IBufferWriter<byte> destination, int? level) => new Writer(destination);

    public void Decompress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        if (source.Length > maxBytes)
            throw new CompressionException($"The data exceeds the limit of {maxBytes} bytes");
        destination.Write(source);
    }

    public Decompressor CreateDecompressor() => Copier.Instance;

    private sealed class Copier : Decompressor
    {
        public static readonly Copier Instance = new();

        public override int Read(ref ReadOnlySpan<byte> source, scoped Span<byte> destination)
        {
            var length = Math.Min(source.Length, destination.Length);
            source[..length].CopyTo(destination);
            source = source[length..];
            return length;
        }

        public override void Dispose()
        {
        }
    }

    private sealed class Writer(IBufferWriter<byte> destination) : Compressor
    {
        public override void Write(ReadOnlySpan<byte> source) => destination.Write(source);

        public override void Finish()
        {
        }

        public override void Dispose()
        {
        }
    }
}
