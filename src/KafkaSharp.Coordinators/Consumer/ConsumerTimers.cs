using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// The timeouts of the members of consumer groups: of the session; of giving up partitions; and of classic members, of joining again and of
/// the sync after it. They are no part of the replayed state. An expiry checks whether it still applies. Used on the shard's event loop.
/// </summary>
internal sealed class ConsumerTimers(ConsumerContext context)
{
    private readonly Dictionary<(string GroupId, string MemberId), Timers> _timers = [];

    /// <summary>Makes the records that remove a member; set once, because the removal needs these timers.</summary>
    public Func<MemberExpiry, CommandResult<GroupRecord>> Fence { get; set; } = _ => CommandResult.Empty<GroupRecord>();

    public void SetSession(string groupId, string memberId) =>
        SetSession(groupId, memberId, context.Config.SessionTimeoutOf(context.Image, groupId));

    /// <summary>Starts a session of the length that a classic member has chosen, or of that of the group.</summary>
    public void SetSession(string groupId, ConsumerGroupMember member)
    {
        if (member.Classic is { } classic)
            SetSession(groupId, member.MemberId, classic.SessionTimeoutMs);
        else
            SetSession(groupId, member.MemberId);
    }

    /// <summary>Starts or ends the time that a member has to give up partitions.</summary>
    public void SetRebalance(string groupId, ConsumerGroupMember member)
    {
        var timers = Of(groupId, member.MemberId);
        if (member.State == MemberState.UnrevokedPartitions)
        {
            timers.Rebalance ??= context.Shard.NewTimer("consumer-group-rebalance-timeout");
            Set(timers.Rebalance, member.RebalanceTimeoutMs, new(
                groupId, member.MemberId, "it did not give up partitions in time", member.MemberEpoch));
        }
        else
        {
            timers.Rebalance?.Cancel();
        }
    }

    /// <summary>Starts the time that a classic member has to join again, unless it runs already.</summary>
    public void SetJoin(string groupId, ConsumerGroupMember member)
    {
        var timers = Of(groupId, member.MemberId);
        if (timers.Join is not null)
            return;
        var expiry = new MemberExpiry(groupId, member.MemberId, "it did not join again within its rebalance timeout");
        timers.Join = context.Shard.NewTimer("consumer-group-join-timeout");
        timers.Join.Set(TimeSpan.FromMilliseconds(member.RebalanceTimeoutMs), () =>
        {
            timers.Join = null;
            return Fence(expiry);
        });
    }

    /// <summary>A classic member has joined: it has this time to fetch its assignment.</summary>
    public void SetSync(string groupId, string memberId, int timeoutMs)
    {
        var timers = Of(groupId, memberId);
        timers.CancelJoin();
        timers.Sync ??= context.Shard.NewTimer("consumer-group-sync-timeout");
        timers.SyncTimeoutMs = timeoutMs;
        Set(timers.Sync, timeoutMs, new(groupId, memberId, "it did not sync within its rebalance timeout"));
    }

    public void CancelSync(string groupId, string memberId) => Of(groupId, memberId).CancelSync();

    /// <summary>A member uses the consumer protocol from now on.</summary>
    public void CancelClassic(string groupId, string memberId)
    {
        var timers = Of(groupId, memberId);
        timers.CancelJoin();
        timers.CancelSync();
    }

    /// <summary>The shard is loaded: every member has a whole session to find the new coordinator.</summary>
    public void Start(ConsumerGroup group)
    {
        foreach (var member in group.Members.Values)
        {
            SetSession(group.GroupId, member.MemberId);
            if (member.State == MemberState.UnrevokedPartitions)
                SetRebalance(group.GroupId, member);
        }
    }

    public void Cancel(string groupId, string memberId)
    {
        if (_timers.Remove((groupId, memberId), out var timers))
            timers.CancelAll();
    }

    /// <summary>
    /// Cancels the timeouts of members that are to be removed. When the records are not written they start again, each with its whole time;
    /// that of joining again starts with the member's next heartbeat.
    /// </summary>
    public void Suspend(string groupId, IEnumerable<ConsumerGroupMember> members)
    {
        foreach (var member in members)
            Suspend(groupId, member);
    }

    public void CancelAll()
    {
        foreach (var timers in _timers.Values)
            timers.CancelAll();
        _timers.Clear();
    }

    private void Suspend(string groupId, ConsumerGroupMember member)
    {
        var syncTimeoutMs = _timers.GetValueOrDefault((groupId, member.MemberId))?.SyncTimeoutMs;
        Cancel(groupId, member.MemberId);
        context.Shard.Undo.Add(() =>
        {
            SetSession(groupId, member);
            if (syncTimeoutMs is { } timeoutMs)
                SetSync(groupId, member.MemberId, timeoutMs);
            if (!member.UsesClassicProtocol)
                SetRebalance(groupId, member);
        });
    }

    private void SetSession(string groupId, string memberId, int timeoutMs) =>
        Set(Of(groupId, memberId).Session, timeoutMs, new(groupId, memberId, "its session expired"));

    private void Set(ShardTimer<GroupRecord> timer, int timeoutMs, MemberExpiry expiry) =>
        timer.Set(TimeSpan.FromMilliseconds(timeoutMs), () => Fence(expiry));

    private Timers Of(string groupId, string memberId)
    {
        if (!_timers.TryGetValue((groupId, memberId), out var timers))
            _timers.Add((groupId, memberId), timers = new Timers(context.Shard.NewTimer("consumer-group-session-timeout")));
        return timers;
    }

    private sealed class Timers(ShardTimer<GroupRecord> session)
    {
        public ShardTimer<GroupRecord> Session { get; } = session;

        public ShardTimer<GroupRecord>? Rebalance { get; set; }

        /// <summary>Null while the member need not join again.</summary>
        public ShardTimer<GroupRecord>? Join { get; set; }

        public ShardTimer<GroupRecord>? Sync { get; set; }

        /// <summary>Null while the member need not sync.</summary>
        public int? SyncTimeoutMs { get; set; }

        public void CancelJoin()
        {
            Join?.Cancel();
            Join = null;
        }

        public void CancelSync()
        {
            Sync?.Cancel();
            SyncTimeoutMs = null;
        }

        public void CancelAll()
        {
            Session.Cancel();
            Rebalance?.Cancel();
            CancelJoin();
            CancelSync();
        }
    }
}
