using KafkaSharp.Compression;

namespace KafkaSharp.Server.Memory;

/// <summary>The heap of this process.</summary>
internal sealed class ProcessHeap : IManagedHeap
{
    public long AllocatedBytes => GC.GetTotalAllocatedBytes();

    // The first is as of the last collection and holds free space, the second is as of now.
    public long HeldBytes => Math.Max(GC.GetGCMemoryInfo().TotalCommittedBytes, GC.GetTotalMemory(forceFullCollection: false));

    public long RequestBytes => RecordArrays.LargeBytesInUse;

    public long Release()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // Not the committed bytes, which are counted before the memory is returned.
        return GC.GetTotalMemory(forceFullCollection: false);
    }
}
