using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using JoinProtocol = KafkaSharp.Protocol.Messages.JoinGroupRequest.JoinGroupRequestProtocol;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// A group of the classic protocol: its state, members and generation, and the rules that need nothing else (Kafka's <c>ClassicGroup</c>).
/// <see cref="ClassicRebalance"/> and the operations beside it decide what happens when. Used on the shard's event loop, and by one loading
/// thread before that.
/// </summary>
internal sealed class ClassicGroup : Group
{
    public const string ConsumerProtocolType = "consumer";

    private readonly ClassicContext _context;
    private readonly ClassicRebalance _rebalance;
    private readonly Dictionary<string, ClassicGroupMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _staticMembers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ShardTimer<GroupRecord>> _pendingJoins = new(StringComparer.Ordinal);
    private readonly HashSet<string> _pendingSyncs = new(StringComparer.Ordinal);
    private readonly ProtocolVotes _protocols = new();
    private IReadOnlySet<string>? _subscribedTopics;
    private int _mostMembers;

    /// <summary>A new group, in memory only until something of it is written.</summary>
    public ClassicGroup(string groupId, ClassicContext context, ClassicRebalance rebalance)
        : base(groupId)
    {
        _context = context;
        _rebalance = rebalance;
        JoinTimer = context.NewTimer("classic-group-join");
        SyncTimer = context.NewTimer("classic-group-sync");
        CurrentStateTimestampMs = context.NowMs;
    }

    /// <summary>A group as it is found in the log.</summary>
    public ClassicGroup(string groupId, ClassicContext context, ClassicRebalance rebalance, GroupMetadataValue value)
        : this(groupId, context, rebalance)
    {
        State = value.Members.Count == 0 ? ClassicGroupState.Empty : ClassicGroupState.Stable;
        GenerationId = value.Generation;
        ProtocolType = value.ProtocolType.Length == 0 ? null : value.ProtocolType;
        ProtocolName = value.Protocol;
        LeaderId = value.Leader;
        CurrentStateTimestampMs = value.CurrentStateTimestamp == -1 ? null : value.CurrentStateTimestamp;
        foreach (var member in value.Members)
        {
            var rebalanceTimeout = member.RebalanceTimeout == -1 ? member.SessionTimeout : member.RebalanceTimeout;
            var protocol = new JoinProtocol { Name = value.Protocol ?? "", Metadata = member.Subscription };
            Insert(new ClassicGroupMember(
                member.MemberId, member.GroupInstanceId, member.ClientId, member.ClientHost, rebalanceTimeout, member.SessionTimeout,
                value.ProtocolType, [protocol]) { Assignment = member.Assignment });
        }
        _subscribedTopics = SubscribedTopics.Of(this);
    }

    /// <summary>A stable group that was a consumer group; the caller sets the assignments of the members. The first one leads.</summary>
    public ClassicGroup(
        string groupId, ClassicContext context, ClassicRebalance rebalance, int generation, IEnumerable<ClassicGroupMember> members)
        : this(groupId, context, rebalance)
    {
        State = ClassicGroupState.Stable;
        GenerationId = generation;
        foreach (var member in members)
            Insert(member);
        ProtocolName = SelectProtocol();
        _subscribedTopics = SubscribedTopics.Of(this);
    }

    public ClassicGroupState State { get; private set; } = ClassicGroupState.Empty;
    public ClassicGroupState PreviousState { get; private set; } = ClassicGroupState.Dead;

    /// <summary>When the group entered its state, in milliseconds since 1970; null when the log does not contain it.</summary>
    public long? CurrentStateTimestampMs { get; private set; }
    public int GenerationId { get; private set; }
    public string? ProtocolType { get; private set; }
    public string? ProtocolName { get; private set; }
    public string? LeaderId { get; private set; }

    /// <summary>Whether a member joined during the initial delay, which is then extended.</summary>
    public bool NewMemberAdded { get; set; }

    /// <summary>Ends the join phase.</summary>
    public ShardTimer<GroupRecord> JoinTimer { get; }

    /// <summary>Removes members that did not fetch their assignment in time.</summary>
    public ShardTimer<GroupRecord> SyncTimer { get; }

    public IReadOnlyCollection<ClassicGroupMember> Members => _members.Values;

    /// <summary>The members in the order in which Kafka would list them: the first one becomes the next leader.</summary>
    public IEnumerable<ClassicGroupMember> MembersInOrder =>
        _members.Values.OrderBy(m => JavaString.HashMapPlace(m.MemberId, _mostMembers));

    /// <summary>Whether no timer of it may start: it would write the group over the one that has its id.</summary>
    public bool HasLeftShard { get; private set; }
    public int AwaitingJoinCount { get; private set; }
    public int PendingJoinCount => _pendingJoins.Count;
    public IReadOnlySet<string> PendingSyncs => _pendingSyncs;

    public override GroupType Type => GroupType.Classic;
    public override string StateName => State.ToString();
    public override string ProtocolTypeOrEmpty => ProtocolType ?? "";
    public override bool IsEmpty => State == ClassicGroupState.Empty;
    public override bool MayExpire => true;

    public bool UsesConsumerProtocol => ProtocolType == ConsumerProtocolType;
    public bool HasAllMembersJoined => _members.Count == AwaitingJoinCount && _pendingJoins.Count == 0;
    public bool HasReceivedAllSyncs => _pendingSyncs.Count == 0;
    public bool CanRebalance => State is ClassicGroupState.Stable or ClassicGroupState.CompletingRebalance or ClassicGroupState.Empty;

    /// <summary>The longest rebalance timeout of any member.</summary>
    public TimeSpan RebalanceTimeout =>
        TimeSpan.FromMilliseconds(_members.Count == 0 ? 0 : _members.Values.Max(member => member.RebalanceTimeoutMs));

    public ClassicGroupMember? Find(string memberId) => _members.GetValueOrDefault(memberId);

    public bool IsLeader(string memberId) => LeaderId == memberId;

    public string? StaticMemberId(string groupInstanceId) => _staticMembers.GetValueOrDefault(groupInstanceId);

    public bool IsPendingJoin(string memberId) => _pendingJoins.ContainsKey(memberId);

    public void TransitionTo(ClassicGroupState state)
    {
        PreviousState = State;
        State = state;
        CurrentStateTimestampMs = _context.NowMs;
    }

    /// <summary>Adds a member; the first one decides the protocol type and leads.</summary>
    public void Add(ClassicGroupMember member, DelayedResponse<JoinGroupResponse> join)
    {
        RemovePendingJoin(member.MemberId);
        Insert(member);
        SetAwaitingJoin(member, join);
    }

    /// <summary>A client has received a member id and must join with it before the timer ends.</summary>
    public void AddPendingJoin(string memberId, ShardTimer<GroupRecord> timer) => _pendingJoins[memberId] = timer;

    /// <summary>Removes a member, or a member id that a client has received but not used; delayed responses are completed.</summary>
    public void Remove(string memberId)
    {
        if (_members.Remove(memberId, out var member))
        {
            CompleteJoin(member, new JoinGroupResponse { ErrorCode = ErrorCode.UnknownMemberId, ProtocolName = null });
            CompleteSync(member, new SyncGroupResponse { ErrorCode = ErrorCode.UnknownMemberId });
            _protocols.Remove(member);
            member.Session?.Cancel();
            if (member.GroupInstanceId is { } instanceId)
                _staticMembers.Remove(instanceId);
        }
        if (IsLeader(memberId))
            LeaderId = MembersInOrder.FirstOrDefault()?.MemberId;
        RemovePendingJoin(memberId);
        _pendingSyncs.Remove(memberId);
    }

    /// <summary>A static member joined under a new id: requests that wait under the old one are fenced (KIP-345).</summary>
    public ClassicGroupMember ReplaceStaticMember(string groupInstanceId, string oldMemberId, string newMemberId)
    {
        if (!_members.Remove(oldMemberId, out var old))
            throw new InvalidOperationException($"Static member {oldMemberId} to replace is not in group {GroupId}");
        CompleteJoin(old, new JoinGroupResponse { MemberId = oldMemberId, ErrorCode = ErrorCode.FencedInstanceId, ProtocolName = null });
        CompleteSync(old, new SyncGroupResponse { ErrorCode = ErrorCode.FencedInstanceId });
        old.Session?.Cancel();
        var member = new ClassicGroupMember(
            newMemberId, old.GroupInstanceId, old.ClientId, old.ClientHost, old.RebalanceTimeoutMs, old.SessionTimeoutMs,
            old.ProtocolType, old.Protocols) { Assignment = old.Assignment };
        _members.Add(newMemberId, member);
        if (IsLeader(oldMemberId))
            LeaderId = newMemberId;
        _staticMembers[groupInstanceId] = newMemberId;
        return member;
    }

    public void Update(
        ClassicGroupMember member, IReadOnlyList<JoinProtocol> protocols, int rebalanceTimeoutMs, int sessionTimeoutMs,
        DelayedResponse<JoinGroupResponse>? join)
    {
        _protocols.Remove(member);
        member.Protocols = protocols;
        _protocols.Add(member);
        member.RebalanceTimeoutMs = rebalanceTimeoutMs;
        member.SessionTimeoutMs = sessionTimeoutMs;
        SetAwaitingJoin(member, join);
    }

    /// <summary>Completes a member's JoinGroup; false when none waits.</summary>
    public bool CompleteJoin(ClassicGroupMember member, JoinGroupResponse response)
    {
        if (member.AwaitingJoin is not { } join)
            return false;
        SetAwaitingJoin(member, null);
        join.TryComplete(response);
        return true;
    }

    /// <summary>Completes a member's SyncGroup; false when none waits.</summary>
    public static bool CompleteSync(ClassicGroupMember member, SyncGroupResponse response)
    {
        if (member.AwaitingSync is not { } sync)
            return false;
        member.AwaitingSync = null;
        sync.TryComplete(response);
        return true;
    }

    /// <summary>Completes every JoinGroup and SyncGroup that waits.</summary>
    public void CompleteWaiting(ErrorCode error)
    {
        foreach (var member in Members)
        {
            CompleteJoin(member, new JoinGroupResponse { MemberId = member.MemberId, ErrorCode = error, ProtocolName = null });
            CompleteSync(member, new SyncGroupResponse { ErrorCode = error });
        }
    }

    /// <summary>A member fetches its assignment; a second request replaces the first.</summary>
    public static void AwaitSync(ClassicGroupMember member, DelayedResponse<SyncGroupResponse> sync)
    {
        member.AwaitingSync?.TryComplete(new SyncGroupResponse { ErrorCode = ErrorCode.RebalanceInProgress });
        member.AwaitingSync = sync;
    }

    public bool SupportsProtocols(string protocolType, IReadOnlyList<JoinProtocol> protocols) =>
        State == ClassicGroupState.Empty
            ? protocolType.Length > 0 && protocols.Count > 0
            : ProtocolType == protocolType && protocols.Any(protocol => _protocols.IsSupportedByAll(protocol.Name, _members.Count));

    public string SelectProtocol() => _protocols.Select(_members.Values);

    /// <summary>The join phase has ended: begins a new generation, with members or without.</summary>
    public void InitNextGeneration()
    {
        GenerationId++;
        ProtocolName = _members.Count == 0 ? null : SelectProtocol();
        _subscribedTopics = SubscribedTopics.Of(this);
        TransitionTo(_members.Count == 0 ? ClassicGroupState.Empty : ClassicGroupState.CompletingRebalance);
        _pendingSyncs.Clear();
    }

    /// <summary>
    /// If the leader did not join again, a member that did becomes the leader. False when no member did: the rebalance cannot be completed.
    /// </summary>
    public bool MaybeElectNewJoinedLeader()
    {
        if (LeaderId is null || _members[LeaderId].AwaitingJoin is not null)
            return LeaderId is not null;
        if (MembersInOrder.FirstOrDefault(member => member.AwaitingJoin is not null) is not { } joined)
            return false;
        LeaderId = joined.MemberId;
        return true;
    }

    public void AddPendingSync(string memberId) => _pendingSyncs.Add(memberId);

    public void RemovePendingSync(string memberId) => _pendingSyncs.Remove(memberId);

    public ErrorCode ValidateMember(string memberId, string? groupInstanceId)
    {
        if (groupInstanceId is not null)
        {
            if (StaticMemberId(groupInstanceId) is not { } current)
                return ErrorCode.UnknownMemberId;
            if (current != memberId)
                return ErrorCode.FencedInstanceId;
        }
        return _members.ContainsKey(memberId) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    public override ErrorCode ValidateOffsetCommit(
        string memberId, string? groupInstanceId, int generationIdOrMemberEpoch, bool isTransactional, short apiVersion)
    {
        if (State == ClassicGroupState.Dead)
            return ErrorCode.CoordinatorNotAvailable;
        // Without a generation an empty group stores offsets of any client: consumers that use assign(), and the admin client.
        if (generationIdOrMemberEpoch < 0 && State == ClassicGroupState.Empty)
            return ErrorCode.None;
        if (generationIdOrMemberEpoch >= 0 || memberId.Length > 0 || groupInstanceId is not null)
        {
            var error = ValidateMember(memberId, groupInstanceId);
            if (error == ErrorCode.None && generationIdOrMemberEpoch != GenerationId)
                error = ErrorCode.IllegalGeneration;
            if (error != ErrorCode.None)
                return error;
        }
        else if (!isTransactional && State != ClassicGroupState.Empty)
        {
            return ErrorCode.UnknownMemberId;
        }
        // A producer can only abort when it is refused, so a transaction may commit offsets while the group rebalances.
        return !isTransactional && State == ClassicGroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    public override ErrorCode ValidateOffsetFetch(string? memberId, int memberEpoch) =>
        State == ClassicGroupState.Dead ? ErrorCode.GroupIdNotFound : ErrorCode.None;

    public override ErrorCode ValidateOffsetDelete() => State switch
    {
        ClassicGroupState.Dead => ErrorCode.GroupIdNotFound,
        ClassicGroupState.Empty => ErrorCode.None,
        _ => UsesConsumerProtocol ? ErrorCode.None : ErrorCode.NonEmptyGroup,
    };

    public override ErrorCode ValidateDelete() => State switch
    {
        ClassicGroupState.Dead => ErrorCode.GroupIdNotFound,
        ClassicGroupState.Empty => ErrorCode.None,
        _ => ErrorCode.NonEmptyGroup,
    };

    public override bool IsSubscribedTo(string topic) => _subscribedTopics?.Contains(topic) ?? UsesConsumerProtocol;

    public override long? ExpiryBaseMs(OffsetAndMetadata offset)
    {
        if (ProtocolType is null)
            return offset.CommitTimestampMs;
        if (State == ClassicGroupState.Empty)
            return CurrentStateTimestampMs ?? offset.CommitTimestampMs;
        return UsesConsumerProtocol && _subscribedTopics is not null && State == ClassicGroupState.Stable ? offset.CommitTimestampMs : null;
    }

    public override IEnumerable<GroupRecord> Tombstones() => [new GroupMetadataRecord(GroupId, null)];

    public override void OnOffsetsCommitted(string memberId)
    {
        if (State is ClassicGroupState.Stable or ClassicGroupState.PreparingRebalance && Find(memberId) is { } member)
            _rebalance.ResetSession(this, member);
    }

    /// <summary>Every member has a whole session to find the new coordinator.</summary>
    public override void OnLoaded()
    {
        foreach (var member in Members)
            _rebalance.ResetSession(this, member);
        if (Members.Count > _context.Config.MaxSize)
            _rebalance.Prepare(this, $"the loaded group of {Members.Count} members exceeds group.max.size {_context.Config.MaxSize}");
    }

    public override void OnUnloaded(ErrorCode error)
    {
        HasLeftShard = true;
        JoinTimer.Cancel();
        SyncTimer.Cancel();
        foreach (var timer in _pendingJoins.Values)
            timer.Cancel();
        // Should the removal be undone, these clients join from the beginning.
        _pendingJoins.Clear();
        foreach (var member in _members.Values)
            member.Session?.Cancel();
        if (error == ErrorCode.NotCoordinator)
            TransitionTo(ClassicGroupState.Dead);
        CompleteWaiting(error);
    }

    /// <summary>Every member has a whole session again; a rebalance that was under way has its whole time.</summary>
    public override void OnRestored()
    {
        HasLeftShard = false;
        _rebalance.Restart(this);
    }

    private void Insert(ClassicGroupMember member)
    {
        if (member.GroupInstanceId is { } instanceId)
            _staticMembers.Add(instanceId, member.MemberId);
        if (_members.Count == 0)
            ProtocolType = member.ProtocolType;
        LeaderId ??= member.MemberId;
        _members.Add(member.MemberId, member);
        _mostMembers = Math.Max(_mostMembers, _members.Count);
        _protocols.Add(member);
    }

    private void SetAwaitingJoin(ClassicGroupMember member, DelayedResponse<JoinGroupResponse>? join)
    {
        AwaitingJoinCount += (join is null ? 0 : 1) - (member.AwaitingJoin is null ? 0 : 1);
        // A second join of the same member replaces the first, whose sender must not wait for ever.
        if (join is not null)
        {
            member.AwaitingJoin?.TryComplete(
                new JoinGroupResponse { MemberId = member.MemberId, ErrorCode = ErrorCode.RebalanceInProgress, ProtocolName = null });
        }
        member.AwaitingJoin = join;
    }

    private void RemovePendingJoin(string memberId)
    {
        if (_pendingJoins.Remove(memberId, out var timer))
            timer.Cancel();
    }
}
