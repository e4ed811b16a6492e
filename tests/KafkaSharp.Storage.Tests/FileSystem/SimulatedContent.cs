namespace KafkaSharp.Storage.Tests.FileSystem;

/// <summary>The bytes of a file: those that are read now, and those on disk, by sectors.</summary>
internal sealed class SimulatedContent
{
    private const int SectorBytes = 512;

    private readonly HashSet<int> _dirty = [];
    private byte[] _onDisk = [];
    // The shortest length since the last flush, which a power failure may leave.
    private int _shortest;

    public byte[] Now { get; private set; } = [];

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        if (offset + source.Length > Now.Length)
            SetLength(offset + source.Length);
        source.CopyTo(Now.AsSpan((int)offset));
        Touch((int)offset, (int)offset + source.Length);
    }

    public void SetLength(long length)
    {
        var now = new byte[length];
        Now.AsSpan(0, (int)Math.Min(length, Now.Length)).CopyTo(now);
        Touch((int)Math.Min(length, Now.Length), (int)Math.Max(length, Now.Length));
        Now = now;
        _shortest = Math.Min(_shortest, Now.Length);
    }

    public void Flush()
    {
        // A sector that an earlier flush has lost is marked clean: this one does not write it.
        Array.Resize(ref _onDisk, Now.Length);
        foreach (var sector in _dirty)
            Copy(sector, Now, _onDisk);
        _dirty.Clear();
        _shortest = Now.Length;
    }

    /// <summary>A flush that fails: any of the sectors is on disk, and all are marked clean, as Linux does.</summary>
    public void FailFlush(Random random)
    {
        var length = SomeLength(random);
        var onDisk = new byte[length];
        _onDisk.AsSpan(0, Math.Min(length, _onDisk.Length)).CopyTo(onDisk);
        foreach (var sector in _dirty.Order().Where(_ => random.Next(2) == 0))
            Copy(sector, Now, onDisk);
        _onDisk = onDisk;
        _dirty.Clear();
        _shortest = Math.Min(length, Now.Length);
    }

    public SimulatedContent AfterPowerFailure(Random random)
    {
        var found = new SimulatedContent();
        var keepsAll = random.Next(2) == 0;
        var bytes = new byte[SomeLength(random)];
        _onDisk.AsSpan(0, Math.Min(bytes.Length, _onDisk.Length)).CopyTo(bytes);
        foreach (var sector in _dirty.Order().Where(_ => keepsAll || random.Next(2) == 0))
            Copy(sector, Now, bytes);
        found.Now = bytes;
        found._onDisk = [.. bytes];
        found._shortest = bytes.Length;
        return found;
    }

    private int SomeLength(Random random)
    {
        var (shortest, longest) = (Math.Min(_shortest, Math.Min(Now.Length, _onDisk.Length)), Math.Max(Now.Length, _onDisk.Length));
        return random.Next(4) switch
        {
            0 => Now.Length,
            1 => _onDisk.Length,
            2 => shortest,
            _ => Math.Clamp(random.Next(longest / SectorBytes + 2) * SectorBytes, shortest, longest),
        };
    }

    private void Touch(int from, int to)
    {
        for (var sector = from / SectorBytes; sector * SectorBytes < to; sector++)
            _dirty.Add(sector);
    }

    /// <summary>Copies a sector as far as both have it; what the source does not have becomes zeros.</summary>
    private static void Copy(int sector, byte[] source, byte[] target)
    {
        var start = sector * SectorBytes;
        var end = Math.Min(start + SectorBytes, target.Length);
        if (start >= end)
            return;
        var part = target.AsSpan(start..end);
        var available = Math.Clamp(source.Length - start, 0, part.Length);
        source.AsSpan(Math.Min(start, source.Length), available).CopyTo(part);
        part[available..].Clear();
    }
}
