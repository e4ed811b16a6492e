namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// The partitions that one fetch reads, in this order, each once: those that its request names, or those of its session, which are changed
/// in place.
/// </summary>
internal sealed class FetchPartitions
{
    private readonly FetchPartitionState[] _named = [];
    private readonly FetchSessionPartition[]? _ofSession;

    /// <summary>The first <paramref name="count"/> of the named partitions.</summary>
    public FetchPartitions(FetchPartitionState[] named, int count) => (_named, Count) = (named, count);

    public FetchPartitions(FetchSessionPartition[] ofSession) => (_ofSession, Count) = (ofSession, ofSession.Length);

    public static FetchPartitions None { get; } = new([], 0);

    public int Count { get; }

    public ref FetchPartitionState this[int index]
    {
        get
        {
            if (_ofSession is not null)
                return ref _ofSession[index].State;
            return ref _named[index];
        }
    }

    /// <summary>The partition as its session knows it. Only for a fetch of a session's partitions.</summary>
    public FetchSessionPartition OfSession(int index) => _ofSession![index];
}
