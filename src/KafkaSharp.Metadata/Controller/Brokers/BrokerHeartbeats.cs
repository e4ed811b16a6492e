using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Controller.Brokers;

/// <summary>
/// The last contact of each broker and how far it had read the metadata log (Kafka's <c>BrokerHeartbeatManager</c>). Not in the log: each
/// active controller starts anew, with a contact of every unfenced broker at that moment. Time is monotonic. On the controller's event loop
/// only.
/// </summary>
internal sealed class BrokerHeartbeats(TimeProvider time, TimeSpan sessionTimeout)
{
    private readonly Dictionary<int, Session> _sessions = [];

    public void Clear() => _sessions.Clear();

    /// <summary>Starts the session of a broker that has not sent anything yet: it ends if nothing comes.</summary>
    public void Expect(int brokerId, long epoch) =>
        _sessions[brokerId] = new Session { Epoch = epoch, LastContact = time.GetTimestamp() };

    public void Touch(int brokerId, long epoch, long metadataOffset)
    {
        if (!_sessions.TryGetValue(brokerId, out var session) || session.Epoch != epoch)
            _sessions[brokerId] = session = new Session { Epoch = epoch };
        session.LastContact = time.GetTimestamp();
        session.HasContact = true;
        session.MetadataOffset = Math.Max(session.MetadataOffset, metadataOffset);
    }

    public void Remove(int brokerId) => _sessions.Remove(brokerId);

    /// <summary>
    /// For the end of the command that removed a session: where its records were refused, such as by a full disk, the broker is as it was.
    /// </summary>
    public Action<ErrorCode> ExpectAgainAfterFailure(int brokerId, long epoch) => error =>
    {
        if (error != ErrorCode.None && !_sessions.ContainsKey(brokerId))
            Expect(brokerId, epoch);
    };

    /// <summary>Whether this registration of a broker had a contact within the session timeout.</summary>
    public bool HasValidSession(int brokerId, long epoch) =>
        _sessions.TryGetValue(brokerId, out var session) && session.Epoch == epoch && session.HasContact && !IsExpired(session);

    /// <summary>The brokers whose last contact is the session timeout ago or longer.</summary>
    public IReadOnlyList<int> Expired() => [.. _sessions.Where(entry => IsExpired(entry.Value)).Select(entry => entry.Key)];

    /// <summary>How long until the next session can expire; null where there is none.</summary>
    public TimeSpan? UntilNextExpiry()
    {
        if (_sessions.Count == 0)
            return null;
        var next = sessionTimeout - time.GetElapsedTime(_sessions.Values.Min(session => session.LastContact));
        return next < TimeSpan.Zero ? TimeSpan.Zero : next;
    }

    /// <summary>How far a broker has read the log, -1 where that is not known.</summary>
    public long MetadataOffset(int brokerId) => _sessions.TryGetValue(brokerId, out var session) ? session.MetadataOffset : -1;

    /// <summary>Keeps the offset at which a broker's controlled shutdown began, the first time.</summary>
    public void BeginControlledShutdown(int brokerId, long offset)
    {
        if (_sessions.TryGetValue(brokerId, out var session) && session.ControlledShutdownOffset < 0)
            session.ControlledShutdownOffset = offset;
    }

    /// <summary>The offset a broker's controlled shutdown began at, or -1.</summary>
    public long ControlledShutdownOffset(int brokerId) =>
        _sessions.TryGetValue(brokerId, out var session) ? session.ControlledShutdownOffset : -1;

    private bool IsExpired(Session session) => time.GetElapsedTime(session.LastContact) >= sessionTimeout;

    private sealed class Session
    {
        public long Epoch { get; init; }
        public long LastContact { get; set; }
        public bool HasContact { get; set; }
        public long MetadataOffset { get; set; } = -1;
        public long ControlledShutdownOffset { get; set; } = -1;
    }
}
