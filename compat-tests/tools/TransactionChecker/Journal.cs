using CheckedClients;

namespace TransactionChecker;

/// <summary>
/// What a client does, a line each, written before or after the step that it names.
/// </summary>
internal sealed class Journal(string path)
{
    private readonly LineFile _file = new(path);

    /// <summary>The producer has fenced the instances before it.</summary>
    public void Initialized() => _file.Write("initialized");

    public void Begin() => _file.Write("begin");

    /// <summary>Before the value is produced.</summary>
    public void Append(string topic, int partition, int value, int? source) => _file.Write($"append {topic} {partition} {value} {source}");

    /// <summary>Before the commit.</summary>
    public void Commit() => _file.Write("commit");

    /// <summary>After it.</summary>
    public void Committed() => _file.Write("committed");

    public void Saw(string topic, int partition, int value) => _file.Write($"saw {topic} {partition} {value}");
}
