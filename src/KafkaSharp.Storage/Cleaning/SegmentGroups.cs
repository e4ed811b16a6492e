using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>
/// Divides the segments of a log into groups, each of which becomes one segment, so that segments do not become smaller and smaller
/// (Kafka's <c>groupSegmentsBySize</c>).
/// </summary>
internal static class SegmentGroups
{
    /// <summary>
    /// Groups neighbours as long as log and indexes of a group stay within the limits of a segment, and its offsets within 2^31.
    /// </summary>
    /// <param name="segments">In order.</param>
    /// <param name="config">The largest size of a segment and of its indexes.</param>
    /// <param name="endOffset">The end of what may be compacted.</param>
    public static List<LogSegment[]> Of(ReadOnlySpan<LogSegment> segments, LogConfig config, long endOffset)
    {
        List<LogSegment[]> groups = [];
        for (var first = 0; first < segments.Length;)
        {
            var length = 1;
            var (size, index, times) = SizesOf(segments[first]);
            for (; first + length < segments.Length; length++)
            {
                var next = segments[first + length];
                var sizes = SizesOf(next);
                (size, index, times) = (size + sizes.Log, index + sizes.Index, times + sizes.Times);
                // The base offset of the segment after it is close to its last offset and costs nothing. An empty segment has no offset.
                var lastOffset = (first + length + 1 < segments.Length ? segments[first + length + 1].BaseOffset : endOffset) - 1;
                if (size > config.SegmentSize || index > config.MaxIndexSize || times > config.MaxIndexSize
                    || (next.Size > 0 && lastOffset - segments[first].BaseOffset > int.MaxValue))
                    break;
            }
            groups.Add(segments.Slice(first, length).ToArray());
            first += length;
        }
        return groups;
    }

    private static (long Log, long Index, long Times) SizesOf(LogSegment segment) =>
        (segment.Size, segment.OffsetIndex.SizeInBytes, segment.TimeIndex.SizeInBytes);
}
