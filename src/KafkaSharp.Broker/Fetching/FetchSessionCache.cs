namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// Holds up to <c>max.incremental.fetch.session.cache.slots</c> sessions (KIP-227). A full cache gives a slot to a new session only by
/// evicting one that was not used for two minutes or, of those older than two minutes, one of lower worth: a consumer's before a
/// follower's, a smaller before a larger. A follower's evicts a consumer's of any age. Kafka does not bound the memory of its sessions;
/// here the cache has a limit of bytes, under which a new session may replace larger ones. A fetcher without a session sends full requests,
/// and one whose session was evicted starts another. Safe for use from any thread.
/// </summary>
internal sealed class FetchSessionCache(int maxEntries, TimeProvider time, Random random)
{
    private const long BytesPerSlot = 96 * 1024;
    private const long LeastMaxBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan s_evictableAfter = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, LinkedListNode<FetchSession>> _sessions = [];
    private readonly LinkedList<FetchSession> _byLastUse = [];
    private readonly long _started = time.GetTimestamp();

    /// <summary>The limit for all sessions together.</summary>
    public long MaxBytes { get; } = Math.Max(LeastMaxBytes, maxEntries * BytesPerSlot);

    /// <summary>The memory of all sessions.</summary>
    public long Bytes { get; private set; }

    public FetchSession? Find(int id)
    {
        lock (_gate)
            return _sessions.TryGetValue(id, out var node) ? node.Value : null;
    }

    /// <summary>How many partitions a session had at its last request; 0 where there is no such session.</summary>
    public int SizeOf(int id)
    {
        lock (_gate)
            return _sessions.TryGetValue(id, out var node) ? node.Value.CountedSize : 0;
    }

    /// <summary>A new session that follows the partitions, or null when there is no place for it.</summary>
    public FetchSession? TryCreate(bool isFromFollower, bool usesTopicIds, FetchPartitions partitions)
    {
        // One that would find no space even in an empty cache is not built.
        var bytes = 0L;
        for (var i = 0; i < partitions.Count; i++)
            bytes += FetchSession.BytesOf(partitions[i].Key);
        if (bytes > MaxBytes)
            return null;
        var now = Now();
        int id;
        lock (_gate)
        {
            do
                id = random.Next(1, int.MaxValue);
            while (_sessions.ContainsKey(id));
        }
        var session = new FetchSession(id, isFromFollower, usesTopicIds, now, partitions.Count);
        for (var i = 0; i < partitions.Count; i++)
            session.Add(partitions[i]);
        lock (_gate)
        {
            if (_sessions.ContainsKey(id)
                || (_sessions.Count >= maxEntries && !TryEvict(isFromFollower, session.Count, now))
                || !TryMakeSpace(isFromFollower, session.Bytes, except: null))
                return null;
            _sessions.Add(id, _byLastUse.AddLast(session));
            Count(session, session.Count, session.Bytes);
            return session;
        }
    }

    public void Remove(int id)
    {
        lock (_gate)
        {
            if (_sessions.Remove(id, out var node))
            {
                _byLastUse.Remove(node);
                Bytes -= node.Value.CountedBytes;
            }
        }
    }

    /// <summary>Notes that a session was used just now and how large it is. One that grew and finds no space is evicted.</summary>
    public void Touch(FetchSession session, int size, long bytes)
    {
        var now = Now();
        lock (_gate)
        {
            if (!_sessions.TryGetValue(session.Id, out var node) || node.Value != session)
                return;
            session.LastUsed = now;
            _byLastUse.Remove(node);
            _byLastUse.AddLast(node);
            if (bytes > session.CountedBytes && !TryMakeSpace(session.IsFromFollower, bytes - session.CountedBytes, except: session))
                Remove(session.Id);
            else
                Count(session, size, bytes);
        }
    }

    private void Count(FetchSession session, int size, long bytes)
    {
        Bytes += bytes - session.CountedBytes;
        session.CountedSize = size;
        session.CountedBytes = bytes;
    }

    private bool TryEvict(bool isFromFollower, int size, TimeSpan now)
    {
        var oldest = _byLastUse.First?.Value;
        if (oldest is null)
            return false;
        if (now - oldest.LastUsed > s_evictableAfter)
        {
            Remove(oldest.Id);
            return true;
        }
        var worst = _byLastUse
            .Where(s => now - s.Created > s_evictableAfter ? isFromFollower || !s.IsFromFollower : isFromFollower && !s.IsFromFollower)
            .MinBy(s => (s.IsFromFollower, s.CountedSize, s.Id));
        if (worst is null || (worst.IsFromFollower, worst.CountedSize).CompareTo((isFromFollower, size)) >= 0)
            return false;
        Remove(worst.Id);
        return true;
    }

    // Sessions larger than what needs the space give way, the largest first: a few giants never keep others out.
    private bool TryMakeSpace(bool isFromFollower, long bytes, FetchSession? except)
    {
        var own = except?.CountedBytes ?? 0;
        while (Bytes + bytes > MaxBytes)
        {
            var largest = _byLastUse.Where(s => s != except && (isFromFollower || !s.IsFromFollower)).MaxBy(s => s.CountedBytes);
            if (largest is null || largest.CountedBytes <= own + bytes)
                return false;
            Remove(largest.Id);
        }
        return true;
    }

    private TimeSpan Now() => time.GetElapsedTime(_started);
}
