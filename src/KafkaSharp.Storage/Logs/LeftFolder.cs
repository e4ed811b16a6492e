using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The folder that a log has left for one in another log directory. Readers that began before still use its segments, so they stay open
/// until <see cref="Close"/>. Used by one thread at a time.
/// </summary>
internal sealed class LeftFolder(IFileSystem files, string path, IReadOnlyList<LogSegment> segments)
{
    public string Path { get; private set; } = path;

    /// <exception cref="IOException">The disk fails.</exception>
    public void Rename(string newPath)
    {
        files.Rename(Path, newPath);
        Path = newPath;
        foreach (var segment in segments)
            segment.MovedTo(newPath);
    }

    /// <summary>Closes the files. A reader that still looks for one notices that the log has moved, and reads again.</summary>
    public void Close()
    {
        foreach (var segment in segments)
            segment.CloseFiles();
    }
}
