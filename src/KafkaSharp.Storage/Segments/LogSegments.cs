namespace KafkaSharp.Storage.Segments;

/// <summary>
/// The segments of a log, ordered by base offset. Changes are made under the log's lock and publish a new array; any thread reads the
/// published one.
/// </summary>
public sealed class LogSegments
{
    private LogSegment[] _segments = [];

    /// <summary>A snapshot of the segments.</summary>
    public ReadOnlySpan<LogSegment> All => Volatile.Read(ref _segments);

    public LogSegment[] Snapshot => Volatile.Read(ref _segments);

    public int Count => All.Length;

    /// <summary>The last segment, to which records are appended.</summary>
    public LogSegment Active => All[^1];

    public LogSegment First => All[0];

    public long SizeInBytes
    {
        get
        {
            long size = 0;
            foreach (var segment in All)
                size += segment.Size;
            return size;
        }
    }

    /// <summary>
    /// The index of the segment with the greatest base offset that is not greater than <paramref name="offset"/>; -1 if there is none.
    /// </summary>
    public static int IndexOfFloor(ReadOnlySpan<LogSegment> segments, long offset)
    {
        var low = 0;
        var high = segments.Length - 1;
        if (high >= 0 && segments[high].BaseOffset <= offset)
            return high;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (segments[middle].BaseOffset <= offset)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high;
    }

    /// <summary>The first segment whose base offset is greater than <paramref name="baseOffset"/>.</summary>
    public LogSegment? Higher(long baseOffset)
    {
        var segments = All;
        var index = IndexOfFloor(segments, baseOffset) + 1;
        return index < segments.Length ? segments[index] : null;
    }

    /// <summary>
    /// The segments from the one that contains <paramref name="from"/> to the last one with a base offset less than <paramref name="to"/>.
    /// </summary>
    public LogSegment[] Between(long from, long to)
    {
        var segments = Snapshot;
        var first = Math.Max(0, IndexOfFloor(segments, from));
        return [.. segments.Skip(first).TakeWhile(segment => segment.BaseOffset < to)];
    }

    /// <summary>Adds a segment. It replaces one with the same base offset.</summary>
    internal void Add(LogSegment added)
    {
        var segments = Snapshot;
        var index = IndexOfFloor(segments, added.BaseOffset);
        var replaces = index >= 0 && segments[index].BaseOffset == added.BaseOffset;
        Volatile.Write(ref _segments, replaces
            ? [.. segments[..index], added, .. segments[(index + 1)..]]
            : [.. segments[..(index + 1)], added, .. segments[(index + 1)..]]);
    }

    internal void Remove(IReadOnlyCollection<LogSegment> removed) =>
        Volatile.Write(ref _segments, [.. Snapshot.Where(segment => !removed.Contains(segment))]);

    /// <summary>Replaces segments by others atomically for readers.</summary>
    internal void Replace(IReadOnlyCollection<LogSegment> removed, IReadOnlyCollection<LogSegment> added) =>
        Volatile.Write(
            ref _segments, [.. Snapshot.Where(segment => !removed.Contains(segment)).Concat(added).OrderBy(segment => segment.BaseOffset)]);
}
