using System.Buffers;

namespace KafkaSharp.Protocol;

/// <summary>
/// A buffer for the body of a tagged field, whose size must be written first. One buffer is kept per thread; nested bodies allocate further
/// ones.
/// </summary>
internal sealed class TagBuffer : IBufferWriter<byte>
{
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static TagBuffer? t_free;

    private byte[] _bytes = new byte[512];

    public int WrittenCount { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, WrittenCount);

    public static TagBuffer Rent()
    {
        var buffer = t_free ?? new TagBuffer();
        t_free = null;
        return buffer;
    }

    public void Return()
    {
        WrittenCount = 0;
        if (_bytes.Length <= LargestKept)
            t_free = this;
    }

    public void Advance(int count) => WrittenCount += count;

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = WrittenCount + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
        return _bytes.AsMemory(WrittenCount);
    }
}
