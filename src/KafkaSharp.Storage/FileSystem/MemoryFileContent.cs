using System.Buffers;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// The bytes of a file in memory, in chunks; the last chunk grows by doubling. One writer, any number of readers without a lock. The bytes
/// of a borrowed chunk below the end at that time are never written again, so borrowed bytes need no lease: the garbage collector keeps
/// them.
/// </summary>
/// <param name="budget">The limit of the memory.</param>
/// <param name="origin">
/// The file whose content this one has at first; null for an empty one. It is read where it was not written here (copy-on-write), and must
/// not change.
/// </param>
internal sealed class MemoryFileContent(MemoryBudget budget, IStorageFile? origin = null)
{
    private const int ChunkSize = 1 << 20;
    private const int SmallestChunk = 1 << 10;

    private byte[]?[] _chunks = [];
    private long _length = origin?.Length ?? 0;
    // Up to here, what is not in a chunk is in the origin.
    private long _originLength = origin?.Length ?? 0;
    private int _truncations;
    private IStorageFile? _spilled;

    public long Length => _spilled?.Length ?? Volatile.Read(ref _length);

    public long LastModified { get; set; }

    public int Read(long offset, Span<byte> destination)
    {
        while (true)
        {
            // Read before the check for a spilled file: a spill after the check increments the truncation count.
            var truncations = Volatile.Read(ref _truncations);
            if (Volatile.Read(ref _spilled) is { } spilled)
                return spilled.Read(offset, destination);
            var count = (int)Math.Clamp(Volatile.Read(ref _length) - offset, 0, destination.Length);
            var chunks = Volatile.Read(ref _chunks);
            CopyOut(chunks, offset, destination[..count]);
            if (Volatile.Read(ref _truncations) == truncations)
                return count;
        }
    }

    public BorrowedBytes Borrow(long offset, int length)
    {
        while (true)
        {
            // Read before the check for a spilled file: a spill after the check increments the truncation count.
            var truncations = Volatile.Read(ref _truncations);
            if (Volatile.Read(ref _spilled) is { } spilled)
                return spilled.Borrow(offset, length);
            var count = (int)Math.Clamp(Volatile.Read(ref _length) - offset, 0, length);
            if (count == 0)
                return default;
            var chunks = Volatile.Read(ref _chunks);
            var index = (int)(offset / ChunkSize);
            var start = (int)(offset % ChunkSize);
            var whole = start + count <= ChunkSize && index < chunks.Length && chunks[index]?.Length >= start + count;
            if (whole)
            {
                if (Volatile.Read(ref _truncations) == truncations)
                    return new BorrowedBytes(chunks[index].AsMemory(start, count), null);
                continue;
            }
            if (IsInOrigin(chunks, index, offset + count))
            {
                var borrowed = origin!.Borrow(offset, count);
                if (Volatile.Read(ref _truncations) == truncations)
                    return borrowed;
                borrowed.Dispose();
                continue;
            }
            var array = ArrayPool<byte>.Shared.Rent(count);
            CopyOut(chunks, offset, array.AsSpan(0, count));
            if (Volatile.Read(ref _truncations) == truncations)
                return new BorrowedBytes(array.AsMemory(0, count), new PooledLease(array));
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        var end = offset + source.Length;
        if (_spilled is null && !TryReserve(offset, end))
            Spill();
        if (_spilled is { } spilled)
        {
            spilled.Write(offset, source);
            return;
        }
        for (var position = offset; position < end;)
        {
            var start = (int)(position % ChunkSize);
            var count = (int)Math.Min(ChunkSize - start, end - position);
            source[(int)(position - offset)..][..count].CopyTo(_chunks[position / ChunkSize].AsSpan(start));
            position += count;
        }
        if (end > _length)
            Volatile.Write(ref _length, end);
    }

    public void SetLength(long length)
    {
        if (_spilled is { } spilled)
        {
            spilled.SetLength(length);
            return;
        }
        if (length < _length)
        {
            Volatile.Write(ref _length, length);
            if (length < _originLength)
                Volatile.Write(ref _originLength, length);
            Interlocked.Increment(ref _truncations);
            KeepChunks(length);
        }
        else
        {
            // The gap consists of zeros without memory: a missing or too short chunk reads as zeros.
            Volatile.Write(ref _length, length);
        }
    }

    /// <summary>Returns the memory to the budget, when the file has been deleted.</summary>
    public void Discard()
    {
        foreach (var chunk in _chunks)
            budget.Release(chunk?.Length ?? 0);
        if (_spilled is { } spilled)
            budget.Discard(spilled);
    }

    /// <summary>Whether bytes up to <paramref name="end"/>, which begin in a chunk, are in the origin alone.</summary>
    private bool IsInOrigin(byte[]?[] chunks, int index, long end)
    {
        if (end > Volatile.Read(ref _originLength))
            return false;
        for (; (long)index * ChunkSize < end; index++)
        {
            if (index < chunks.Length && chunks[index] is not null)
                return false;
        }
        return true;
    }

    private void CopyOut(byte[]?[] chunks, long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            var index = offset / ChunkSize;
            var start = (int)(offset % ChunkSize);
            var count = Math.Min(ChunkSize - start, destination.Length);
            var chunk = index < chunks.Length ? chunks[index] : null;
            var present = Math.Clamp((chunk?.Length ?? 0) - start, 0, count);
            if (present > 0)
                chunk.AsSpan(start, present).CopyTo(destination);
            else if (chunk is null)
                present = ReadOrigin(offset, destination[..count]);
            destination[present..count].Clear();
            destination = destination[count..];
            offset += count;
        }
    }

    /// <summary>Copies what the origin has, and returns the number of bytes.</summary>
    private int ReadOrigin(long offset, Span<byte> destination)
    {
        var count = (int)Math.Clamp(Volatile.Read(ref _originLength) - offset, 0, destination.Length);
        return count == 0 ? 0 : origin!.Read(offset, destination[..count]);
    }

    /// <summary>Allocates the chunks for a write. False if they would exceed the budget.</summary>
    private bool TryReserve(long offset, long end)
    {
        if (end == offset)
            return true;
        var last = (int)((end - 1) / ChunkSize);
        if (last >= _chunks.Length)
        {
            var chunks = new byte[]?[Math.Max(last + 1, _chunks.Length * 2)];
            _chunks.CopyTo(chunks, 0);
            Volatile.Write(ref _chunks, chunks);
        }
        for (var index = (int)(offset / ChunkSize); index <= last; index++)
        {
            var start = (long)index * ChunkSize;
            var present = _chunks[index];
            // A chunk has all that the origin has of its range.
            var inherited = present is null ? (int)Math.Clamp(_originLength - start, 0, ChunkSize) : 0;
            var needed = Math.Max((int)Math.Min(ChunkSize, end - start), inherited);
            if (present?.Length >= needed)
                continue;
            var size = Math.Min(ChunkSize, Math.Max(SmallestChunk, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)needed)));
            if (!budget.TryTake(size - (present?.Length ?? 0)))
                return false;
            var chunk = new byte[size];
            if (inherited > 0)
                ReadOrigin(start, chunk.AsSpan(0, inherited));
            else
                present?.CopyTo(chunk, 0);
            Volatile.Write(ref _chunks[index], chunk);
        }
        return true;
    }

    private void KeepChunks(long length)
    {
        var kept = (int)((length + ChunkSize - 1) / ChunkSize);
        var chunks = new byte[]?[kept];
        for (var index = 0; index < _chunks.Length; index++)
        {
            if (index < kept)
                chunks[index] = _chunks[index];
            else
                budget.Release(_chunks[index]?.Length ?? 0);
        }
        // The truncated chunk may be borrowed beyond the new end, where later writes go. Therefore it is replaced.
        if (kept > 0 && length % ChunkSize is > 0 and var rest && chunks[kept - 1] is { } cut)
        {
            var replacement = new byte[cut.Length];
            cut.AsSpan(0, (int)Math.Min(rest, cut.Length)).CopyTo(replacement);
            chunks[kept - 1] = replacement;
        }
        Volatile.Write(ref _chunks, chunks);
    }

    private void Spill()
    {
        var file = budget.OpenSpillFile();
        var piece = origin is null ? [] : new byte[ChunkSize];
        for (long start = 0; start < _length; start += ChunkSize)
        {
            var index = start / ChunkSize;
            if ((index < _chunks.Length ? _chunks[index] : null) is { } chunk)
                file.Write(start, chunk.AsSpan(0, (int)Math.Min(chunk.Length, _length - start)));
            else if (ReadOrigin(start, piece) is > 0 and var inherited)
                file.Write(start, piece.AsSpan(0, inherited));
        }
        if (file.Length < _length)
            file.SetLength(_length);
        Volatile.Write(ref _spilled, file);
        foreach (var chunk in _chunks)
            budget.Release(chunk?.Length ?? 0);
        // A reader that checked for a spilled file before this point finds no chunks. The count makes it retry.
        Interlocked.Increment(ref _truncations);
        Volatile.Write(ref _chunks, []);
    }
}
