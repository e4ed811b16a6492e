using System.Buffers;
using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records;

/// <summary>A growing buffer of pooled memory. Not thread-safe. Its spans are valid until it grows or is disposed.</summary>
internal sealed class PooledBuffer(int initialSize = 4096) : IBufferWriter<byte>, IDisposable
{
    private byte[]? _bytes;

    public int Length { get; private set; }

    public Span<byte> Span => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(Length);
    }

    /// <summary>Sets the length. Added bytes are not cleared.</summary>
    public void SetLength(int length)
    {
        if (length > Length)
            Reserve(length - Length);
        Length = length;
    }

    /// <summary>Starts anew, with undefined bytes at first. Returns an array that is larger than what is to be kept.</summary>
    public void Restart(int length, int largestKept)
    {
        if (_bytes?.Length > largestKept)
            Dispose();
        Length = 0;
        SetLength(length);
    }

    public void Dispose()
    {
        if (_bytes is not null)
            RecordArrays.Return(_bytes);
        _bytes = null;
        Length = 0;
    }

    private void Reserve(int count)
    {
        if (_bytes is not null && _bytes.Length - Length >= count)
            return;
        var needed = (long)Length + count;
        if (needed > Array.MaxLength)
            throw new RecordsException(ErrorCode.RecordListTooLarge, "The records exceed the maximum size of an array");
        var larger = RecordArrays.Rent((int)Math.Min(Math.Max(needed, Math.Max(initialSize, Length * 2L)), Array.MaxLength));
        if (_bytes is not null)
        {
            _bytes.AsSpan(0, Length).CopyTo(larger);
            RecordArrays.Return(_bytes);
        }
        _bytes = larger;
    }
}
