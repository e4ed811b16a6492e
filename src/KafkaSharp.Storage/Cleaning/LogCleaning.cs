using KafkaSharp.Protocol.Records;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>
/// Compacts one log (Kafka's <c>Cleaner</c>): it puts the keys of the part that is not compacted into a map, and then writes each segment
/// again without the records that a later one of the same key replaces. Readers and appends go on; each group of segments is replaced when
/// it is done.
/// </summary>
internal sealed class LogCleaning(CleanableLog cleanable, CleaningLimits limits, KeyHasher hasher, Func<bool> isStopping)
{
    private readonly PartitionLog _log = cleanable.Log;
    private readonly CleaningAccess.Cleaned _cleaning = cleanable.Begun;

    /// <summary>The offset below which the log is compacted after the run.</summary>
    public long EndOffset { get; private set; }

    /// <summary>
    /// Compacts the log as far as the map of keys allows. The result has its numbers; null if it was stopped, also because the log was
    /// closed, truncated or moved. It is run once.
    /// </summary>
    /// <exception cref="RecordsException">A batch is not whole, or its checksum is wrong: the log cannot be compacted.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    public CleaningRun? Run()
    {
        try
        {
            return Clean();
        }
#pragma warning disable CA1031 // Whatever a file that is closed, moved or written again causes.
        catch (Exception)
#pragma warning restore CA1031
        {
            if (_log.Cleaning.WasDisturbed(_cleaning))
                return null;
            throw;
        }
    }

    private CleaningRun? Clean()
    {
        var run = new CleaningRun(limits, () => isStopping() || !_log.Cleaning.IsCurrent(_cleaning));
        var nowMs = _log.Options.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var legacyHorizonMs = LegacyHorizonMs();
        var map = new OffsetMap(hasher, limits.MapBytes, limits.MapLoadFactor);
        if (!TryBuild(map, run))
            return null;
        EndOffset = Math.Max(cleanable.FirstDirtyOffset, map.LatestOffset + 1);
        // Durable records go because of later ones and of markers, which a power failure must not take then. A marker may be anywhere.
        _log.Flush();
        var transactions = new CleanedTransactions();
        var filter = new CleaningFilter(map, transactions, _log.Cleaning.LastBatches(), cleanable.EndOffset, nowMs);
        var segments = new SegmentCleaning(_log, _cleaning, run, filter, transactions, nowMs);
        foreach (var group in SegmentGroups.Of(Segments(0, EndOffset), _log.Config, cleanable.EndOffset))
        {
            if (!segments.Run(group, legacyHorizonMs))
                return null;
        }
        run.KeylessRecords = filter.KeylessRecords;
        return _log.Cleaning.TrySetCleanedOffset(_cleaning, EndOffset) ? run : null;
    }

    private bool TryBuild(OffsetMap map, CleaningRun run)
    {
        var transactions = new CleanedTransactions();
        transactions.Add(_log.AbortedTransactions(cleanable.FirstDirtyOffset, cleanable.EndOffset));
        return new OffsetMapBuilder(run, map, transactions).Build(
            Segments(cleanable.FirstDirtyOffset, cleanable.EndOffset), cleanable.FirstDirtyOffset, cleanable.EndOffset);
    }

    /// <summary>
    /// The formats before magic 2 have no delete horizon: their tombstones go when the segment was last written this long before the last
    /// one that was compacted.
    /// </summary>
    private long LegacyHorizonMs() =>
        Segments(0, cleanable.FirstDirtyOffset) is [.., var last] ? last.LastModified - _log.Config.DeleteRetentionMs : 0;

    private ReadOnlySpan<LogSegment> Segments(long from, long to) => CleanableLog.Range(_log.Segments.All, from, to);
}
