using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>
/// The last offset of each key in the part of a log that is not compacted yet (Kafka's <c>OffsetMap</c>). A key takes 24 bytes, whatever
/// its length. The map has at most as many slots as the memory allows and starts small; while it grows, it takes a quarter more. Not
/// thread-safe.
/// </summary>
/// <remarks>
/// Entries are ordered by their hash, each at the place that its hash gives or after it. So a search ends at the first larger hash, also
/// when nine of ten slots are taken, and growing copies from the start to the end.
/// </remarks>
internal sealed class OffsetMap
{
    /// <summary>The bytes of an entry, as many as in Kafka: so the same buffer takes the same number of keys.</summary>
    public const int EntryBytes = 24;

    /// <summary>How many keys are hashed ahead: as many loads as a processor has under way at a time, and some more.</summary>
    public const int MostAhead = 32;

    private const int SmallestSlots = 1024;
    private const int Growth = 4;

    private readonly KeyHasher _hasher;
    private readonly int _maxSlots;
    private int _maxKeys;
    private Entry[] _entries;
    private ulong _places;
    private int _slots;

    /// <param name="hasher">The hash of keys.</param>
    /// <param name="maxBytes">The largest memory.</param>
    /// <param name="loadFactor">Which share of the slots is used.</param>
    public OffsetMap(KeyHasher hasher, long maxBytes, double loadFactor)
    {
        _hasher = hasher;
        _maxSlots = (int)Math.Clamp(maxBytes, 2 * EntryBytes, int.MaxValue) / EntryBytes;
        _maxKeys = (int)Math.Clamp(_maxSlots * loadFactor, 1, _maxSlots - 1);
        _entries = Allocate(Math.Min(_maxSlots, SmallestSlots));
    }

    /// <summary>The number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>The offset up to which the log is in the map; -1 at first.</summary>
    public long LatestOffset { get; set; } = -1;

    /// <summary>The memory of the map at the moment.</summary>
    public long SizeInBytes => (long)_entries.Length * EntryBytes;

    /// <summary>
    /// The hash of a key, with which it is put and found. The processor is asked to load its slot: a large map is in none of its caches,
    /// and the loads of several keys overlap when all are hashed before the first is put or found.
    /// </summary>
    public KeyHash Hash(ReadOnlySpan<byte> key)
    {
        var hash = _hasher.Hash(key);
        Prefetch(ref _entries[Place(hash.High)]);
        return hash;
    }

    /// <summary>
    /// Sets the offset of a key, and <see cref="LatestOffset"/>. False if the map is full, also for a key that is in it.
    /// </summary>
    public bool TryPut(KeyHash key, long offset)
    {
        if (Count >= _maxKeys || !TryMakeRoom())
            return false;
        var index = Find(key, out var isFound);
        if (!isFound && !TryInsert(index, key))
            return false;
        _entries[index].NextOffset = offset + 1;
        LatestOffset = offset;
        return true;
    }

    /// <summary>The offset of a key; -1 if it is not in the map.</summary>
    public long Find(KeyHash key)
    {
        var index = Find(key, out var isFound);
        return isFound ? _entries[index].NextOffset - 1 : -1;
    }

    /// <summary>The slot of a hash, or the one where it belongs.</summary>
    private int Find(KeyHash key, out bool isFound)
    {
        var entries = _entries;
        var index = Place(key.High);
        for (; index < entries.Length; index++)
        {
            ref readonly var entry = ref entries[index];
            if (entry.NextOffset == 0 || entry.High > key.High || (entry.High == key.High && entry.Low >= key.Low))
            {
                isFound = entry.NextOffset != 0 && entry.High == key.High && entry.Low == key.Low;
                return index;
            }
        }
        isFound = false;
        return index;
    }

    /// <summary>Adds an entry at a slot; those from there to the next free slot move by one. False if there is no free slot.</summary>
    private bool TryInsert(int index, KeyHash key)
    {
        var free = index;
        while (free < _entries.Length && _entries[free].NextOffset != 0)
            free++;
        if (free == _entries.Length)
            return false;
        Array.Copy(_entries, index, _entries, index + 1, free - index);
        _entries[index] = new Entry { High = key.High, Low = key.Low };
        Count++;
        return true;
    }

    private bool TryMakeRoom()
    {
        if (_slots == _maxSlots || Count < _slots / 2)
            return true;
        try
        {
            Grow();
            return true;
        }
        catch (OutOfMemoryException)
        {
            // The pass over the log ends here, and another one follows.
            _maxKeys = Count;
            return false;
        }
    }

    private void Grow()
    {
        var old = _entries;
        _entries = Allocate((int)Math.Min((long)_slots * Growth, _maxSlots));
        var next = 0;
        foreach (ref readonly var entry in old.AsSpan())
        {
            if (entry.NextOffset == 0)
                continue;
            next = Math.Max(next, Place(entry.High));
            _entries[next++] = entry;
        }
    }

    // A hint: an address that is no longer the slot's, after the map has grown or been moved, does no harm.
    private static unsafe void Prefetch(ref Entry entry)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref entry));
    }

    private int Place(ulong high) => (int)Math.BigMul(high, _places, out _);

    /// <summary>
    /// Some slots at the end are the place of no hash: what does not fit before them goes there. Of a large map they are a small share, and
    /// enough for all that can be expected of a hash; a map of few slots has them in addition.
    /// </summary>
    private Entry[] Allocate(int slots)
    {
        _slots = slots;
        _places = (ulong)(slots <= SmallestSlots ? slots : slots - Math.Min(slots / 64, 4096));
        return new Entry[slots <= SmallestSlots ? 2 * slots : slots];
    }

    private struct Entry
    {
        public ulong High;
        public ulong Low;

        /// <summary>The offset plus one; 0 in a free slot.</summary>
        public long NextOffset;
    }
}
