using KafkaSharp.Compression;

namespace KafkaSharp.Server.Memory;

/// <summary>The heap of this process.</summary>
internal sealed class ProcessHeap : IManagedHeap
{
    private long _lastCollection;

    public long AllocatedBytes => GC.GetTotalAllocatedBytes();

    // The first is as of the last collection and holds free space, the second is as of now.
    public long HeldBytes => Math.Max(GC.GetGCMemoryInfo().TotalCommittedBytes, GC.GetTotalMemory(forceFullCollection: false));

    public long RequestBytes => RecordArrays.LargeBytesInUse;

    // Not the sizes of the collection itself, which it takes before it has swept the large arrays.
    public long? CollectedInUse => LastCollection() != _lastCollection ? GC.GetTotalMemory(forceFullCollection: false) : null;

    public bool TryBeginCollection()
    {
        _lastCollection = LastCollection();
        var begun = GC.CollectionCount(GC.MaxGeneration);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        return GC.CollectionCount(GC.MaxGeneration) != begun;
    }

    public long Release()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // Not the committed bytes, which are counted before the memory is returned.
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    // Without concurrent collections, which the environment can switch off, it is a blocking one.
    private static long LastCollection() =>
        Math.Max(GC.GetGCMemoryInfo(GCKind.Background).Index, GC.GetGCMemoryInfo(GCKind.FullBlocking).Index);
}
