using System.Buffers;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Server.DumpLog;

/// <summary>
/// Reads the batches of a segment in order, a window at a time, so that a file of any size takes little memory. It uses no mapping: an
/// unreadable sector then causes an <see cref="IOException"/>, whereas a mapped page would end the process.
/// </summary>
/// <param name="file">The segment. The caller disposes it.</param>
/// <param name="end">Where reading ends, in bytes.</param>
internal sealed class BatchScan(IStorageFile file, long end) : IDisposable
{
    private const int WindowBytes = 1 << 20;

    private byte[] _buffer = [];
    private long _bufferStart;
    private int _filled;

    /// <summary>The position of the current batch.</summary>
    public long Position { get; private set; }

    /// <summary>Where the current batch ends: what follows is not read yet.</summary>
    public long Consumed { get; private set; }

    /// <summary>The current batch, valid until the next one is read.</summary>
    public RecordBatch Current => new(_buffer.AsSpan((int)(Position - _bufferStart), (int)(Consumed - Position)));

    /// <summary>Reads the next batch. False where no whole batch follows.</summary>
    /// <param name="maxSize">The size of the largest batch; a longer one is none.</param>
    /// <exception cref="RecordsException">The length or the magic of the batch is invalid.</exception>
    public bool MoveNext(int maxSize = int.MaxValue)
    {
        var head = Fill(RecordBatchHeader.MagicPosition + 1);
        if (!RecordBatchReader.TryReadSize(head, int.MaxValue, out var size) || size > maxSize || size > end - Consumed
            || Fill(size).Length < size)
            return false;
        Position = Consumed;
        Consumed += size;
        return true;
    }

    /// <summary>Continues at a position, which must be where a batch begins.</summary>
    public void MoveTo(long position) => Position = Consumed = position;

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>At least so many bytes from where the current batch ends; fewer at the end of the file.</summary>
    private ReadOnlySpan<byte> Fill(int length)
    {
        var kept = Consumed >= _bufferStart && Consumed - _bufferStart <= _filled ? (int)(_bufferStart + _filled - Consumed) : 0;
        if (kept < length)
            Load(kept, (int)Math.Clamp(end - Consumed, 0, Math.Max(length, WindowBytes)));
        return _buffer.AsSpan((int)(Consumed - _bufferStart), (int)(_bufferStart + _filled - Consumed));
    }

    private void Load(int kept, int length)
    {
        var buffer = length > _buffer.Length ? ArrayPool<byte>.Shared.Rent(length) : _buffer;
        if (kept > 0)
            _buffer.AsSpan(_filled - kept, kept).CopyTo(buffer);
        if (buffer != _buffer)
        {
            Dispose();
            _buffer = buffer;
        }
        (_bufferStart, _filled) = (Consumed, kept);
        if (length > kept)
            _filled += file.Read(Consumed + kept, buffer.AsSpan(kept, length - kept));
    }
}
