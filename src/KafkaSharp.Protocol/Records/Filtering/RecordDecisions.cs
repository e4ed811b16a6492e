namespace KafkaSharp.Protocol.Records.Filtering;

/// <summary>Which records of a batch are kept, in the order of the records. Not thread-safe.</summary>
public sealed class RecordDecisions
{
    private readonly List<bool> _isKept = [];

    /// <summary>The number of records.</summary>
    public int Count => _isKept.Count;

    /// <summary>How many of them are kept.</summary>
    internal int Kept { get; private set; }

    /// <summary>The largest offset of a record that is kept; -1 if there is none.</summary>
    internal long MaxOffset { get; private set; } = -1;

    /// <summary>Whether a record without a value is kept.</summary>
    internal bool ContainsTombstones { get; private set; }

    internal bool IsKept(int index) => _isKept[index];

    /// <summary>The next record is kept.</summary>
    public void Keep(long offset, bool hasValue)
    {
        _isKept.Add(true);
        Kept++;
        MaxOffset = Math.Max(MaxOffset, offset);
        ContainsTombstones |= !hasValue;
    }

    /// <summary>The next record is removed.</summary>
    public void Remove() => _isKept.Add(false);

    internal void Clear()
    {
        _isKept.Clear();
        Kept = 0;
        MaxOffset = -1;
        ContainsTombstones = false;
    }
}
