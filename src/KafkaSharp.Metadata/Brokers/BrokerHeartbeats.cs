namespace KafkaSharp.Metadata.Brokers;

/// <summary>
/// When each broker was last heard of and how far it had read the metadata log. Soft state: begins anew with each active controller, where
/// a broker that is not fenced counts as heard of at that moment. On the controller's event loop only.
/// </summary>
sealed class BrokerHeartbeats(TimeProvider time, TimeSpan sessionTimeout)
{
    private readonly Dictionary<int, Session> _sessions = [];

    public void Clear() => _sessions.Clear();

    /// <summary>Counts a broker as heard of now, though it was not: its session must still end if nothing comes.</summary>
    public void Expect(int brokerId, long epoch) =>
        _sessions[brokerId] = new Session { Epoch = epoch, LastContact = time.GetUtcNow() };

    public void Touch(int brokerId, long epoch, long metadataOffset)
    {
        if (!_sessions.TryGetValue(brokerId, out var session) || session.Epoch != epoch)
            _sessions[brokerId] = session = new Session { Epoch = epoch };
        session.LastContact = time.GetUtcNow();
        session.HasContact = true;
        session.MetadataOffset = Math.Max(session.MetadataOffset, metadataOffset);
    }

    public void Remove(int brokerId) => _sessions.Remove(brokerId);

    /// <summary>Whether that very registration was heard of within the session timeout.</summary>
    public bool HasValidSession(int brokerId, long epoch) =>
        _sessions.TryGetValue(brokerId, out var session) && session.Epoch == epoch && session.HasContact && !IsExpired(session);

    /// <summary>Brokers that were not heard of for longer than the session timeout.</summary>
    public IReadOnlyList<int> Expired() => [.. _sessions.Where(entry => IsExpired(entry.Value)).Select(entry => entry.Key)];

    /// <summary>How long until the next session can expire; null where there is none.</summary>
    public TimeSpan? UntilNextExpiry()
    {
        if (_sessions.Count == 0)
            return null;
        var next = _sessions.Values.Min(session => session.LastContact) + sessionTimeout - time.GetUtcNow();
        return next < TimeSpan.Zero ? TimeSpan.Zero : next;
    }

    /// <summary>How far a broker has read the log, -1 where that is not known.</summary>
    public long MetadataOffset(int brokerId) => _sessions.TryGetValue(brokerId, out var session) ? session.MetadataOffset : -1;

    /// <summary>Notes at which offset a broker's controlled shutdown began, the first time.</summary>
    public void BeginControlledShutdown(int brokerId, long offset)
    {
        if (_sessions.TryGetValue(brokerId, out var session) && session.ControlledShutdownOffset < 0)
            session.ControlledShutdownOffset = offset;
    }

    /// <summary>The offset a broker's controlled shutdown began at, or -1.</summary>
    public long ControlledShutdownOffset(int brokerId) =>
        _sessions.TryGetValue(brokerId, out var session) ? session.ControlledShutdownOffset : -1;

    private bool IsExpired(Session session) => time.GetUtcNow() - session.LastContact >= sessionTimeout;

    private sealed class Session
    {
        public long Epoch { get; init; }
        public DateTimeOffset LastContact { get; set; }
        public bool HasContact { get; set; }
        public long MetadataOffset { get; set; } = -1;
        public long ControlledShutdownOffset { get; set; } = -1;
    }
}
