namespace KafkaSharp.Storage.Tests.FileSystem;

/// <summary>A directory: its names now, those on disk, and the changes between them.</summary>
internal sealed class SimulatedFolder
{
    private readonly List<Change> _changes = [];
    private Dictionary<string, object> _onDisk = new(StringComparer.Ordinal);

    public Dictionary<string, object> Now { get; } = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => Apply(new Change(null, name, value));

    public void Rename(string from, string to, object moved) => Apply(new Change(from, to, moved));

    public void Flush()
    {
        _changes.Clear();
        _onDisk = new Dictionary<string, object>(Now, StringComparer.Ordinal);
    }

    /// <summary>
    /// The directory after a power failure: the names at the last flush, and of the changes since either the first ones, as a journal keeps
    /// them, or any. Changes of one name keep their order, and a rename is kept as a whole.
    /// </summary>
    public SimulatedFolder AfterPowerFailure(Random random)
    {
        foreach (var change in random.Next(2) == 0 ? _changes.Take(random.Next(_changes.Count + 1)) : AnyOf(random))
            change.ApplyTo(_onDisk);
        var found = new SimulatedFolder();
        foreach (var (name, value) in _onDisk.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            found.Now[name] = value is SimulatedFolder folder
                ? folder.AfterPowerFailure(random)
                : ((SimulatedContent)value).AfterPowerFailure(random);
        }
        found.Flush();
        return found;
    }

    private IEnumerable<Change> AnyOf(Random random)
    {
        List<Change> kept = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (var change in Enumerable.Reverse(_changes))
        {
            var isNeeded = names.Contains(change.Name) || (change.From is not null && names.Contains(change.From));
            if (!isNeeded && random.Next(2) == 0)
                continue;
            names.Add(change.Name);
            if (change.From is not null)
                names.Add(change.From);
            kept.Add(change);
        }
        return Enumerable.Reverse(kept);
    }

    private void Apply(Change change)
    {
        change.ApplyTo(Now);
        _changes.Add(change);
    }

    /// <summary>A name that gets a file or directory, or loses it, or takes that of another name.</summary>
    private sealed record Change(string? From, string Name, object? Value)
    {
        public void ApplyTo(Dictionary<string, object> names)
        {
            if (From is not null)
                names.Remove(From);
            if (Value is null)
                names.Remove(Name);
            else
                names[Name] = Value;
        }
    }
}
