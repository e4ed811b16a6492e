namespace KafkaSharp.Server.DumpLog;

/// <summary>What a dump finds wrong; it is printed at the end, file by file (Kafka's texts).</summary>
internal sealed class DumpFindings
{
    private readonly List<(string Title, string Line)> _found = [];

    /// <summary>An entry of an offset index names another batch.</summary>
    public void IndexMismatch(string file, long indexed, long found) =>
        Add("Mismatches in :", file, $"Index offset: {indexed}, log offset: {found}");

    /// <summary>An entry of a time index does not have the largest timestamp of its batch.</summary>
    public void TimestampMismatch(string file, long indexed, long found) =>
        Add("Found timestamp mismatch in :", file, $"Index timestamp: {indexed}, log timestamp: {found}");

    /// <summary>The timestamps of a time index do not increase.</summary>
    public void TimestampOrder(string file, long indexed, long before) =>
        Add("Found out of order timestamp in :", file, $"Index timestamp: {indexed}, Previously indexed timestamp: {before}");

    /// <summary>No batch ends at the offset of an entry of a time index.</summary>
    public void OffsetNotFound(string file, long indexed, long found) =>
        Add("The following indexed offsets are not found in the log. ", file, $"Indexed offset: {indexed}, found log offset: {found}");

    /// <summary>The offsets of a log have a gap.</summary>
    public void Gap(string file, long offset, long next) =>
        Add("Non-consecutive offsets in ", file, $"{offset} is followed by {next}");

    public void WriteTo(IDumpOutput output)
    {
        foreach (var group in _found.GroupBy(found => found.Title, found => found.Line))
            output.Findings(group.Key, group);
    }

    private void Add(string title, string file, string line) => _found.Add((title + Path.GetFullPath(file), line));
}
