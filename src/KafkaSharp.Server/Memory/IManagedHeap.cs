namespace KafkaSharp.Server.Memory;

/// <summary>The managed heap, as far as <see cref="IdleMemoryRelease"/> needs it. Sizes in bytes.</summary>
internal interface IManagedHeap
{
    /// <summary>What was allocated since the process started.</summary>
    long AllocatedBytes { get; }

    /// <summary>About what the heap holds of the machine's memory: objects in use, garbage and free space.</summary>
    long HeldBytes { get; }

    /// <summary>The large arrays that requests use now: they are garbage as soon as the requests end.</summary>
    long RequestBytes { get; }

    /// <summary>
    /// Begins to collect all garbage beside the threads, which wait for a few milliseconds at most. False while another collection is under
    /// way: what has become garbage since that one began would count as in use.
    /// </summary>
    bool TryBeginCollection();

    /// <summary>What is in use after the collection that was begun last, and what was allocated since; null before its end.</summary>
    long? CollectedInUse { get; }

    /// <summary>
    /// Collects all garbage and returns free memory to the system. All threads of the process wait for it. The result is what is in use.
    /// </summary>
    long Release();
}
