using KafkaSharp.Compression;

namespace KafkaSharp.Server.Memory;

/// <summary>The heap of this process.</summary>
internal sealed class ProcessHeap : IManagedHeap
{
    private long _indexBefore;

    public long AllocatedBytes => GC.GetTotalAllocatedBytes();

    // The first is as of the last collection and holds free space, the second is as of now.
    public long HeldBytes => Math.Max(GC.GetGCMemoryInfo().TotalCommittedBytes, GC.GetTotalMemory(forceFullCollection: false));

    public long RequestBytes => RecordArrays.LargeBytesInUse;

    public long? CollectedInUse =>
        LastCollection() is var last && last.Index != _indexBefore ? last.HeapSizeBytes - last.FragmentedBytes : null;

    public void BeginCollection()
    {
        _indexBefore = LastCollection().Index;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
    }

    public long Release()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // Not the committed bytes, which are counted before the memory is returned.
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    // Without concurrent collections, which the environment can switch off, it is a blocking one.
    private static GCMemoryInfo LastCollection()
    {
        var (background, blocking) = (GC.GetGCMemoryInfo(GCKind.Background), GC.GetGCMemoryInfo(GCKind.FullBlocking));
        return background.Index > blocking.Index ? background : blocking;
    }
}
