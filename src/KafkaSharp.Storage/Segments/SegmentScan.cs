using System.Buffers;

namespace KafkaSharp.Storage.Segments;

/// <summary>
/// Reads a segment sequentially into a pooled buffer, for recovery and replay. It uses no mapping: an unreadable sector then causes an
/// <see cref="IOException"/>, whereas a mapped page would end the process at every start. Not thread-safe.
/// </summary>
/// <param name="segment">The segment.</param>
/// <param name="windowBytes">How much is read at once; a longer batch takes more.</param>
internal sealed class SegmentScan(LogSegment segment, int windowBytes = SegmentScan.WindowBytes) : IDisposable
{
    private const int WindowBytes = 1 << 18;

    private byte[] _buffer = [];
    private int _position;
    private int _filled;

    /// <summary>
    /// The bytes from a position, valid until the next call: at least one complete batch, possibly followed by a part of another one. Empty
    /// if no batch starts there.
    /// </summary>
    public ReadOnlySpan<byte> Read(int position, out bool corrupt)
    {
        var size = segment.Size;
        Keep(position);
        Fill(Math.Min(windowBytes, size - position));
        if (!BatchHead.TryParse(_buffer.AsSpan(0, _filled), position, size, out var head, out corrupt))
            return [];
        Fill(head.SizeInBytes);
        return head.SizeInBytes <= _filled ? _buffer.AsSpan(0, _filled) : [];
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>Keeps the bytes after a position, so that they need not be read again.</summary>
    private void Keep(int position)
    {
        var passed = position - _position;
        var kept = passed >= 0 ? Math.Max(0, _filled - passed) : 0;
        if (kept > 0)
            _buffer.AsSpan(passed, kept).CopyTo(_buffer);
        (_position, _filled) = (position, kept);
    }

    private void Fill(int length)
    {
        if (length <= _filled)
            return;
        if (length > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(length);
            _buffer.AsSpan(0, _filled).CopyTo(larger);
            Dispose();
            _buffer = larger;
        }
        _filled += segment.Read(_position + _filled, _buffer.AsSpan(_filled, length - _filled));
    }
}
