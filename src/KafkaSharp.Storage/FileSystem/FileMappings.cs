using Microsoft.Win32.SafeHandles;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// The mappings of a <see cref="PhysicalFile"/>: the current one, which has the handle, and those that only leases reference. <see
/// cref="TryHold"/> and <see cref="IsLent"/> are for any thread, all else for the holder of the gate of the file.
/// </summary>
/// <param name="handles">The handles of all files.</param>
/// <param name="expectedLength">The length that the file is expected to reach.</param>
internal sealed class FileMappings(FileHandles handles, long expectedLength)
{
    private const int SmallestMapping = 1 << 20;

    private readonly long _expectedLength = Math.Clamp(expectedLength, SmallestMapping, int.MaxValue);
    private MappedMemoryManager? _current;
    private List<MappedMemoryManager>? _onlyLent;

    /// <summary>Whether leases reference the current mapping.</summary>
    public bool IsLent => Volatile.Read(ref _current)?.IsLent == true;

    /// <summary>A lease of the current mapping; null if it does not reach <paramref name="end"/> or cannot be lent.</summary>
    public MappedMemoryManager? TryHold(long end) =>
        Volatile.Read(ref _current) is { } mapping && mapping.Capacity >= end && mapping.TryHold() ? mapping : null;

    /// <summary>
    /// A lease of a mapping that reaches <paramref name="end"/>, with the handle or, while too many handles are lent, without. Null if the
    /// file cannot be mapped.
    /// </summary>
    public MappedMemoryManager? Hold(SafeFileHandle handle, long end)
    {
        if (TryHold(end) is { } current)
            return current;
        // One that reaches the end is not lent because too many are.
        if (handles.CanLend && !(_current?.Capacity >= end)
            && (MappedMemoryManager.TryMap(handles, handle, CapacityFor(end)) ?? MappedMemoryManager.TryMap(handles, handle, end))
            is { } made)
        {
            Retire(made);
            if (made.TryHold())
                return made;
        }
        return HoldPages(handle, end);
    }

    /// <summary>Replaces the current mapping by another one or by none.</summary>
    public void Retire(MappedMemoryManager? successor = null)
    {
        var mapping = _current;
        Volatile.Write(ref _current, successor);
        if (mapping?.Retire() == false)
            (_onlyLent ??= []).Add(mapping);
        ForgetReturned();
    }

    /// <summary>Whether bytes from a position on may be lent at the moment.</summary>
    public bool AreLentBeyond(long position) =>
        _current?.LentEnd > position || _onlyLent?.Exists(lent => lent.IsHeld && lent.LentEnd > position) == true;

    /// <summary>What is lent is of another file from now on.</summary>
    public void Forget() => _onlyLent = null;

    // Readers share them: what readers that have stopped keep does not depend on how many they are.
    private MappedMemoryManager? HoldPages(SafeFileHandle handle, long end)
    {
        ForgetReturned();
        if (_onlyLent?.Find(lent => lent.Capacity >= end && lent.TryHold()) is { } shared)
            return shared;
        if (!handles.CanLendPages
            || (MappedMemoryManager.TryMapPages(handles, handle, CapacityFor(end)) ?? MappedMemoryManager.TryMapPages(handles, handle, end))
            is not { } pages)
            return null;
        (_onlyLent ??= []).Add(pages);
        return pages;
    }

    private void ForgetReturned() => _onlyLent?.RemoveAll(static lent => !lent.IsHeld);

    private long CapacityFor(long end) => Math.Max(_expectedLength, Math.Min(end * 2, int.MaxValue));
}
