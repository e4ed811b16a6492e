namespace KafkaSharp.Broker.Fetching;

/// <summary>A partition that a session follows, in a list of the session's partitions. Guarded by the session's gate.</summary>
internal sealed class FetchSessionPartition(in FetchPartitionState state)
{
    // A field, so that a fetch changes the state in place.
    private FetchPartitionState _state = state;

    /// <summary>Compares partitions by their keys, so that a table of them needs no copy of the keys.</summary>
    public static IEqualityComparer<FetchSessionPartition> ByKey { get; } = new KeyComparer();

    public ref FetchPartitionState State => ref _state;

    public FetchSessionPartition? Previous { get; set; }

    public FetchSessionPartition? Next { get; set; }

    private sealed class KeyComparer
        : IEqualityComparer<FetchSessionPartition>, IAlternateEqualityComparer<FetchPartitionKey, FetchSessionPartition>
    {
        public bool Equals(FetchSessionPartition? x, FetchSessionPartition? y) =>
            ReferenceEquals(x, y) || (x is not null && y is not null && x._state.Key == y._state.Key);

        public int GetHashCode(FetchSessionPartition partition) => partition._state.Key.GetHashCode();

        public bool Equals(FetchPartitionKey key, FetchSessionPartition partition) => key == partition._state.Key;

        public int GetHashCode(FetchPartitionKey key) => key.GetHashCode();

        public FetchSessionPartition Create(FetchPartitionKey key) => new(new FetchPartitionState(key));
    }
}
