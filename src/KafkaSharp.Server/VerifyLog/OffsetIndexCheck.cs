using KafkaSharp.Storage.Indexes;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>
/// Compares an offset index with the batches of its segment, as they are read. A search for an offset begins at the position of the last
/// entry that is not above it: so the position must be the beginning of a batch, and the batch before must end below the entry's offset.
/// </summary>
internal sealed class OffsetIndexCheck(string path, IReadOnlyList<OffsetPosition> entries, Action<Fault> report)
{
    private int _next;

    /// <summary>A batch of the segment.</summary>
    /// <param name="position">Where it begins, in bytes.</param>
    /// <param name="endBefore">The last offset of the batch before it, or one less than the segment's base offset.</param>
    public void OnBatch(long position, long endBefore)
    {
        for (; _next < entries.Count && entries[_next].Position <= position; _next++)
        {
            var entry = entries[_next];
            if (entry.Position < position)
                Report(entry, $"points to {entry.Position}, where no batch begins");
            else if (entry.Offset <= endBefore)
                Report(entry, $"points to {entry.Position}, where later offsets begin");
            if (_next > 0 && entry.Offset <= entries[_next - 1].Offset)
                Report(entry, "is not above the one before");
        }
    }

    /// <summary>The segment ends.</summary>
    /// <param name="lastOffset">Its last offset.</param>
    public void OnEnd(long lastOffset)
    {
        if (_next < entries.Count)
        {
            report(new Fault(
                path, null, $"{entries.Count - _next} entries point beyond the last batch, the first to {entries[_next].Position}"));
        }
        else if (entries is [.., var last] && last.Offset > lastOffset)
        {
            report(new Fault(path, null, $"the last entry has the offset {last.Offset}, and the segment ends with {lastOffset}"));
        }
    }

    private void Report(OffsetPosition entry, string text) =>
        report(new Fault(path, null, $"the entry {_next}, offset {entry.Offset}, {text}"));
}
