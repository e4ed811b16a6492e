using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// The partitions that one fetch reads, in this order, each once: those that its request names, or those of its session, which are changed
/// in place.
/// </summary>
internal sealed class FetchPartitions
{
    /// <summary>About how much memory a partition takes in a fetch that waits.</summary>
    private const int BytesOfWait = 300;

    private readonly FetchPartitionState[] _named = [];
    private readonly FetchSessionPartition[]? _ofSession;

    /// <summary>The first <paramref name="count"/> of the named partitions.</summary>
    // A request may name one partition a million times: only one place is kept then, however long the fetch waits.
    public FetchPartitions(FetchPartitionState[] named, int count) =>
        (_named, Count) = (count == named.Length ? named : named[..count], count);

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

    /// <summary>
    /// How much memory a wait for them keeps, as a number of partitions of topics that can exist: what a longer name takes counts as well.
    /// </summary>
    public long CountForWait()
    {
        var (beyond, last) = (0L, default(string));
        for (var i = 0; i < Count; i++)
        {
            if (this[i].Key.Topic is { } name && !ReferenceEquals(name, last))
            {
                beyond += Math.Max(0, name.Length - TopicName.MaxLength);
                last = name;
            }
        }
        return Count + beyond * sizeof(char) / BytesOfWait;
    }

    /// <summary>The partition as its session knows it. Only for a fetch of a session's partitions.</summary>
    public FetchSessionPartition OfSession(int index) => _ofSession![index];
}
