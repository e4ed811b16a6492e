using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Testing.Disk;

/// <summary>What it takes to bring a file back to its last flush. Guarded by its owner.</summary>
/// <param name="flushedLength">The length at the last flush.</param>
internal sealed class UnflushedChanges(long flushedLength)
{
    private readonly Stack<(long Offset, byte[] Bytes)> _old = [];

    /// <summary>Keeps the flushed bytes of a part that is about to change.</summary>
    public void Keep(IStorageFile file, long offset, long length)
    {
        var end = Math.Min(flushedLength, file.Length);
        var count = Math.Min(length, end - offset);
        if (count <= 0)
            return;
        var bytes = new byte[count];
        _old.Push((offset, bytes[..file.Read(offset, bytes)]));
    }

    public void Undo(IStorageFile file)
    {
        if (file.Length > flushedLength)
            file.SetLength(flushedLength);
        // The latest changes first. What was cut off several times comes back from its start to its end.
        while (_old.TryPop(out var old))
            file.Write(old.Offset, old.Bytes);
    }
}
