namespace TransactionChecker;

/// <summary>
/// What a client does, a line each, written before or after the step that it names: it survives the kill of its process. Not thread-safe.
/// </summary>
internal sealed class Journal(string path)
{
    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>The producer has fenced the instances before it.</summary>
    public void Initialized() => Write("initialized");

    public void Begin() => Write("begin");

    /// <summary>Before the value is produced.</summary>
    public void Append(string topic, int partition, int value, int? source) => Write($"append {topic} {partition} {value} {source}");

    /// <summary>Before the commit.</summary>
    public void Commit() => Write("commit");

    /// <summary>After it.</summary>
    public void Committed() => Write("committed");

    public void Saw(string topic, int partition, int value) => Write($"saw {topic} {partition} {value}");

    private void Write(string line) => _file.Write(System.Text.Encoding.ASCII.GetBytes(line + "\n"));
}
