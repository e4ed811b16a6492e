using System.Buffers;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>
/// What the cleaning of one log shares: limits, buffers, throttle, numbers, and whether it goes on. Used by one thread.
/// </summary>
/// <param name="limits">Memory and rate.</param>
/// <param name="isStopped">Whether to stop: it is asked before each piece of a log.</param>
internal sealed class CleaningRun(CleaningLimits limits, Func<bool> isStopped)
{
    public CleaningLimits Limits { get; } = limits;

    /// <summary>What was kept of the last piece.</summary>
    public ArrayBufferWriter<byte> Output { get; } = new();

    /// <summary>Whether the broker stops, or the log was truncated, moved or closed. What was written so far is dropped then.</summary>
    public bool IsStopped => isStopped();

    public long BytesRead { get; set; }

    public long RecordsRead { get; set; }

    public long BytesWritten { get; set; }

    public long RecordsWritten { get; set; }

    public long KeylessRecords { get; set; }

    /// <summary>A reader of a segment, with the size of the buffer.</summary>
    public SegmentScan Scan(LogSegment segment) => new(segment, Limits.ReadBytes);
}

/// <summary>The limits of one cleaning.</summary>
/// <param name="MapBytes">The largest memory of the map of keys.</param>
/// <param name="MapLoadFactor">Which share of it is used.</param>
/// <param name="ReadBytes">How much is read at once.</param>
/// <param name="Throttle">The rate of all cleanings together.</param>
internal sealed record CleaningLimits(long MapBytes, double MapLoadFactor, int ReadBytes, CleanerThrottle Throttle);
