using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Broker.MetadataLog;

/// <summary>A stream that reads an <see cref="IStorageFile"/> from begin to end and owns it. Not thread-safe.</summary>
/// <param name="file">The file, which is closed with the stream.</param>
/// <param name="closed">Called once after that.</param>
internal sealed class StorageFileStream(IStorageFile file, Action? closed = null) : Stream
{
    private Action? _closed = closed;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => file.Length;
    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        var read = file.Read(Position, buffer);
        Position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
            Interlocked.Exchange(ref _closed, null)?.Invoke();
        }
        base.Dispose(disposing);
    }
}
