namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// Holds up to <c>max.incremental.fetch.session.cache.slots</c> sessions (KIP-227). A full cache gives a place to a new session only by evicting
/// one that was not used for two minutes or, of those older than two minutes, one of lower worth: a consumer's before a
/// follower's, a smaller before a larger. Safe for use from any thread.
/// </summary>
sealed class FetchSessionCache(int maxEntries, TimeProvider time, Random random)
{
    public const long EvictionMs = 120_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, LinkedListNode<FetchSession>> _sessions = [];
    private readonly LinkedList<FetchSession> _byLastUse = [];

    public FetchSession? Find(int id)
    {
        lock (_gate)
            return _sessions.TryGetValue(id, out var node) ? node.Value : null;
    }

    /// <summary>A new session that follows the partitions, or null where there is no place for it.</summary>
    public FetchSession? TryCreate(bool isFromFollower, bool usesTopicIds, IReadOnlyList<FetchPartitionState> partitions)
    {
        var now = NowMs();
        lock (_gate)
        {
            if (partitions.Count == 0 || (_sessions.Count >= maxEntries && !TryEvict(isFromFollower, partitions.Count, now)))
                return null;
            int id;
            do
                id = random.Next(1, int.MaxValue);
            while (_sessions.ContainsKey(id));
            var session = new FetchSession(id, isFromFollower, usesTopicIds, now) { CountedSize = partitions.Count };
            foreach (var partition in partitions)
                session.Add(partition);
            _sessions.Add(id, _byLastUse.AddLast(session));
            return session;
        }
    }

    public void Remove(int id)
    {
        lock (_gate)
        {
            if (_sessions.Remove(id, out var node))
                _byLastUse.Remove(node);
        }
    }

    /// <summary>Notes that a session was used just now and how many partitions it has.</summary>
    public void Touch(FetchSession session, int size)
    {
        var now = NowMs();
        lock (_gate)
        {
            if (!_sessions.TryGetValue(session.Id, out var node))
                return;
            session.LastUsedMs = now;
            session.CountedSize = size;
            _byLastUse.Remove(node);
            _byLastUse.AddLast(node);
        }
    }

    private bool TryEvict(bool isFromFollower, int size, long now)
    {
        var oldest = _byLastUse.First?.Value;
        if (oldest is null)
            return false;
        if (now - oldest.LastUsedMs > EvictionMs)
        {
            Remove(oldest.Id);
            return true;
        }
        var worst = _byLastUse
            .Where(s => now - s.CreatedMs > EvictionMs && (isFromFollower || !s.IsFromFollower))
            .MinBy(s => (s.IsFromFollower, s.CountedSize, s.Id));
        if (worst is null || (worst.IsFromFollower, worst.CountedSize).CompareTo((isFromFollower, size)) >= 0)
            return false;
        Remove(worst.Id);
        return true;
    }

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
