using System.Buffers;

namespace KafkaSharp.Compression;

/// <summary>Collects the bytes of a stream into blocks of a fixed size and compresses each block separately.</summary>
/// <param name="blockSize">The bytes of each block but the last.</param>
/// <param name="writeBlock">Writes a compressed block to the destination.</param>
/// <param name="end">What follows the last block.</param>
internal sealed class BlockCompressor(int blockSize, Action<ReadOnlySpan<byte>> writeBlock, Action end) : Compressor
{
    private byte[]? _block = ArrayPool<byte>.Shared.Rent(blockSize);
    private int _length;

    public override void Write(ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            var count = Math.Min(blockSize - _length, source.Length);
            source[..count].CopyTo(_block.AsSpan(_length));
            source = source[count..];
            _length += count;
            if (_length == blockSize)
                WriteBlock();
        }
    }

    public override void Finish()
    {
        if (_length > 0)
            WriteBlock();
        end();
    }

    public override void Dispose()
    {
        if (_block is not null)
            ArrayPool<byte>.Shared.Return(_block);
        _block = null;
    }

    private void WriteBlock()
    {
        writeBlock(_block.AsSpan(0, _length));
        _length = 0;
    }
}
