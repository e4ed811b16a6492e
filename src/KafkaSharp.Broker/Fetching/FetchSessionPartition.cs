namespace KafkaSharp.Broker.Fetching;

/// <summary>A partition that a session follows, in a list of the session's partitions. Guarded by the session's gate.</summary>
internal sealed class FetchSessionPartition(in FetchPartitionState state)
{
    // A field, so that a fetch changes the state in place.
    private FetchPartitionState _state = state;

    public ref FetchPartitionState State => ref _state;

    public FetchSessionPartition? Previous { get; set; }

    public FetchSessionPartition? Next { get; set; }
}
