namespace GroupChecker;

/// <summary>What a client does or sees, a line each: it survives the kill of its process. Not thread-safe.</summary>
internal sealed class Journal(string path)
{
    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>A record was consumed; before its offset is committed.</summary>
    public void Consumed(int partition, long offset) => Write($"consumed {partition} {offset}");

    /// <summary>A commit was refused, and its records may be consumed again.</summary>
    public void Refused(string error) => Write($"refused {error}");

    /// <summary>The client cannot go on.</summary>
    public void Failed(string error) => Write($"failed {error}");

    /// <summary>The committed offsets of all partitions.</summary>
    public void Saw(IEnumerable<long> offsets) => Write($"saw {string.Join(' ', offsets)}");

    /// <summary>The type of the group, which has changed.</summary>
    public void Type(string type) => Write($"type {type}");

    private void Write(string line) => _file.Write(System.Text.Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" ") + "\n"));
}
