using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Indexes;

/// <summary>
/// Searches the entries of an index that are in its file, page by page. Offsets and positions begin at 0 and mostly grow evenly, so the
/// first page that is read is the one that the proportion of the target gives: it has the entry in most segments, whatever their size.
/// </summary>
internal readonly ref struct IndexSearch(IStorageFile file, int entrySize, IndexTail tail)
{
    private const int PageBytes = 4096;

    private int Count => tail.WrittenBytes / entrySize;

    /// <summary>
    /// Copies the last entry whose key is at most <paramref name="target"/> and returns its number; -1 if there is none. A file that is
    /// truncated at the same time may give an earlier entry.
    /// </summary>
    public int FindLastAtMost(in IndexKey key, long target, Span<byte> entry)
    {
        Span<byte> page = stackalloc byte[PageBytes];
        var perPage = PageBytes / entrySize;
        var (low, high) = (0, Count - 1);
        // The keys of times do not begin at 0.
        for (var probe = key.IsLong ? high >>> 1 : Suggest(key, target, page); ; probe = (low + high) >>> 1)
        {
            // The entry at low is at most the target unless it is the first, and the one after high is above the target.
            var first = Math.Clamp(probe - perPage / 2, low, Math.Max(low, high + 1 - perPage));
            var wanted = Math.Min(perPage, high + 1 - first);
            var count = file.Read((long)first * entrySize, page[..(wanted * entrySize)]) / entrySize;
            // The file was truncated meanwhile, maybe below what was found before. Without its new end, the same page would be read again
            // and again.
            if (count < wanted)
                (low, high) = (0, first + count - 1);
            var found = key.LastAtMost(page[..(count * entrySize)], entrySize, target);
            if (found < 0 && first > low)
            {
                high = first - 1;
            }
            else if (found >= 0 && found == count - 1 && first + count <= high)
            {
                low = first + found;
            }
            else
            {
                if (found < 0)
                    return -1;
                page.Slice(found * entrySize, entrySize).CopyTo(entry);
                return first + found;
            }
        }
    }

    private int Suggest(in IndexKey key, long target, Span<byte> entry)
    {
        var above = tail.Span;
        if (above.Length == 0 && file.Read((long)(Count - 1) * entrySize, entry[..entrySize]) == entrySize)
            above = entry;
        var largest = above.Length == 0 ? 0 : key.Of(above);
        return largest <= 0 ? 0 : (int)(Math.Clamp(target, 0, largest) * Count / largest);
    }
}
