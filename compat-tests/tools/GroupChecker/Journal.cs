using CheckedClients;

namespace GroupChecker;

/// <summary>What a client does or sees, a line each.</summary>
internal sealed class Journal(string path)
{
    private readonly LineFile _file = new(path);

    /// <summary>A record was consumed; before its offset is committed.</summary>
    public void Consumed(int partition, long offset) => _file.Write($"consumed {partition} {offset}");

    /// <summary>A commit was refused, and its records may be consumed again.</summary>
    public void Refused(string error) => _file.Write($"refused {error}");

    /// <summary>The client cannot go on.</summary>
    public void Failed(string error) => _file.Write($"failed {error}");

    /// <summary>The committed offsets of all partitions.</summary>
    public void Saw(IEnumerable<long> offsets) => _file.Write($"saw {string.Join(' ', offsets)}");

    /// <summary>The type of the group, which has changed.</summary>
    public void Type(string type) => _file.Write($"type {type}");
}
