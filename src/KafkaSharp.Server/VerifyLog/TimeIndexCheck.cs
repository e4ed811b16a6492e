using KafkaSharp.Protocol.Records;
using KafkaSharp.Storage.Indexes;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>
/// Compares a time index with the batches of its segment, as they are read. An entry is the largest timestamp up to its offset: were there
/// a larger one, a search by time would miss it.
/// </summary>
internal sealed class TimeIndexCheck(string path, IReadOnlyList<TimestampOffset> entries, Action<Fault> report)
{
    private int _next;
    private long _largest = RecordBatchHeader.NoTimestamp;

    public void OnBatch(long lastOffset, long largestTimestamp)
    {
        CheckBelow(lastOffset);
        _largest = Math.Max(_largest, largestTimestamp);
    }

    /// <summary>The segment ends.</summary>
    /// <param name="lastOffset">Its last offset.</param>
    /// <param name="isComplete">Whether it is followed by another segment, so that its largest timestamp is the last entry.</param>
    public void OnEnd(long lastOffset, bool isComplete)
    {
        CheckBelow(lastOffset + 1);
        if (_next < entries.Count)
        {
            report(new Fault(
                path, null, $"the entry {_next} has the offset {entries[_next].Offset}, and the segment ends with {lastOffset}"));
        }
        else if (isComplete && _largest >= 0 && (entries.Count == 0 || entries[^1].Timestamp < _largest))
            report(new Fault(path, null, $"its last entry is not the largest timestamp of the segment, {_largest}"));
    }

    /// <summary>All batches that end below an offset have been read.</summary>
    private void CheckBelow(long offset)
    {
        for (; _next < entries.Count && entries[_next].Offset < offset; _next++)
        {
            var entry = entries[_next];
            if (entry.Timestamp != _largest)
            {
                report(new Fault(
                    path, null,
                    $"the entry {_next} says that {entry.Timestamp} is the largest timestamp up to offset {entry.Offset}, "
                    + $"but it is {_largest}"));
            }
            if (_next > 0 && (entry.Timestamp <= entries[_next - 1].Timestamp || entry.Offset < entries[_next - 1].Offset))
                report(new Fault(path, null, $"the entry {_next}, timestamp {entry.Timestamp}, is not above the one before"));
        }
    }
}
