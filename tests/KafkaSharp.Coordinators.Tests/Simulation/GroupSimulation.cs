using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Coordinators.Tests.Migration;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Partition = (KafkaSharp.Protocol.Uuid Topic, int Index);

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>
/// One run: members of both protocols that come and go, change what they subscribe to, lose responses and time, and take each other's
/// instance ids; topics that are created, deleted and enlarged; a log that fails and is compacted, and a coordinator that moves.
/// Everything is drawn from the seed. A step is one action of one member, or one disturbance.
/// </summary>
internal sealed class GroupSimulation
{
    private readonly int _seed;
    private readonly MigrationPolicy _policy;
    private readonly Dictionary<Partition, long> _committed = [];
    private readonly Dictionary<string, (string MemberId, int Request)> _holders = [];
    private readonly List<SimulatedMember> _members = [];
    private readonly SimulationTrace _trace = new();
    private readonly SimulatedTopics _topics;
    private int _memberIds;
    private int _requests;
    private int _logWorksAt = -1;

    public GroupSimulation(int seed, int members = 0)
    {
        _seed = seed;
        Random = new Random(seed);
        MemberCount = members > 0 ? members : 2 + Random.Next(seed % 10 == 0 ? 200 : 20);
        _policy = (seed % 8) switch
        {
            0 or 4 => MigrationPolicy.Upgrade,
            1 => MigrationPolicy.Downgrade,
            5 => MigrationPolicy.Disabled,
            _ => MigrationPolicy.Bidirectional,
        };
        Harness = new GroupHarness(
            new GroupCoordinatorConfig { OffsetsRetentionCheckInterval = TimeSpan.FromDays(365), InitialRebalanceDelayMs = 500 },
            consumerConfig: new ConsumerGroupConfig { MigrationPolicy = _policy, AssignmentIntervalMs = seed % 3 == 0 ? 0 : 1000 });
        _topics = new SimulatedTopics(Harness, Random, 11 + (MemberCount / 10));
    }

    public Random Random { get; }

    public GroupHarness Harness { get; }

    public LoggedGroup Log { get; } = new();

    public Beliefs Beliefs { get; } = new();

    public int MemberCount { get; }

    public int StepNumber { get; private set; }

    /// <summary>Nothing disturbs any more.</summary>
    public bool IsCalm { get; private set; }

    /// <summary>How often the coordinator has moved.</summary>
    public int Term { get; private set; }

    public int Commits { get; private set; }

    /// <summary>Late requests that had to be refused.</summary>
    public int Refused { get; private set; }

    public int PartitionsOf(string topic) => _topics.All.GetValueOrDefault(topic);

    public string NewMemberId() => $"m{++_memberIds}";

    /// <summary>One time of so many, but not at rest.</summary>
    public bool Happens(int times) => !IsCalm && Random.Next(times) == 0;

    public bool LosesResponse() => Happens(20);

    public void CountRefused() => Refused++;

    /// <summary>What was committed last, as far as members know; -1 for nothing.</summary>
    public long CommittedOf(Partition partition) => _committed.GetValueOrDefault(partition, -1);

    /// <summary>A member has taken an instance id: those that had it before are fenced.</summary>
    /// <param name="instanceId">The instance id, if the member has one.</param>
    /// <param name="memberId">The member that has joined.</param>
    /// <param name="request">The number of its request: responses to several may arrive in another order.</param>
    public void OnInstanceJoined(string? instanceId, string memberId, int request)
    {
        if (instanceId is not null && _holders.GetValueOrDefault(instanceId).Request < request)
            _holders[instanceId] = (memberId, request);
    }

    public int NextRequest() => ++_requests;

    public bool IsReplaced(string? instanceId, string memberId) =>
        instanceId is not null && _holders.TryGetValue(instanceId, out var holder) && holder.MemberId != memberId;

    /// <summary>A commit was accepted: it must not go back behind one that was accepted before.</summary>
    public void OnCommitted(Partition partition, long offset, SimulatedMember by)
    {
        if (offset < CommittedOf(partition))
            Fail($"partition {partition} was committed up to {CommittedOf(partition)}, and now {offset} by {by.MemberId}", by);
        _committed[partition] = offset;
        Commits++;
    }

    public void ReadLog() => Log.Read(Harness.Storage.Entries(0));

    public void Fail(string what, params SimulatedMember[] concerned) => throw new SimulationException(
        $"seed {_seed}, {MemberCount} members, step {StepNumber}: {what}{Environment.NewLine}{Summary(concerned)}");

    public void Fail(string what, SimulatedMember member, string? otherId) => Fail(
        what, [member, .. Members(otherId).Where(other => other != member)]);

    public async Task RunAsync(SingleThread thread, int steps)
    {
        try
        {
            await RunStepsAsync(thread, steps);
        }
        catch (Exception e) when (e is not SimulationException)
        {
            throw new SimulationException($"seed {_seed}, {MemberCount} members, step {StepNumber}: {e}", e);
        }
    }

    private async Task RunStepsAsync(SingleThread thread, int steps)
    {
        _topics.Create("con");
        _topics.Create("t1");
        while (_members.Count < MemberCount)
            _members.Add(NewMember());
        for (; StepNumber < steps; StepNumber++)
        {
            if (StepNumber == _logWorksAt)
                RepairLog();
            if (Random.Next(4) == 0)
                Advance();
            if (Random.Next(8 + (MemberCount / 6)) == 0)
                await Disturb(thread);
            else
                _members[Random.Next(_members.Count)].Step();
            await thread.Settled();
            await CheckAsync();
        }
        await ComeToRest(thread);
    }

    /// <summary>So long that each member acts about twice a second, and rarely so long that sessions expire.</summary>
    private void Advance() => Harness.Advance(Random.Next(
        Random.Next(40 + (4 * MemberCount)) == 0 ? 12_000 : Math.Max(2, 4000 / MemberCount)));

    private async Task Disturb(SingleThread thread)
    {
        var index = Random.Next(_members.Count);
        var member = _members[index];
        switch (Random.Next(42))
        {
            case < 6:
                member.Crash();
                _members[index] = NewMember(member);
                if (Random.Next(3) == 0)
                    _ = member.JoinLateAsync();
                break;
            case < 12:
                var leaving = member.LeaveAsync();
                await thread.Settled();
                member.Crash();
                _members[index] = NewMember(member);
                _ = leaving;
                break;
            case < 18:
                member.Pause(Random.Next(500, Random.Next(3) == 0 ? 70_000 : 15_000));
                break;
            case < 22 when member.InstanceId is null:
                member.Subscribe(_topics.Some());
                break;
            case < 24:
                Harness.Storage.AppendError = Random.Next(2) == 0 ? ErrorCode.NotEnoughReplicas : ErrorCode.KafkaStorageError;
                DisturbLog($"appends fail with {Harness.Storage.AppendError}");
                break;
            case < 26:
                Harness.Storage.HoldsCommits = true;
                DisturbLog("no commits");
                break;
            case < 28:
                ChangeTopics();
                break;
            case 28 when Random.Next(1 + (MemberCount / 40)) == 0:
                Reload();
                break;
            case < 34 when member.InstanceId is not null && _members.Count < MemberCount + 3:
                // A second one with its instance id, while it is there.
                _members.Add(NewMember(member));
                break;
        }
    }

    private void DisturbLog(string how)
    {
        Note(how);
        _logWorksAt = StepNumber + Random.Next(1, 20 + (2 * MemberCount));
    }

    private void RepairLog()
    {
        Harness.Storage.AppendError = ErrorCode.None;
        Harness.Storage.HoldsCommits = false;
        Harness.Storage.CommitAll();
        Note("the log works");
    }

    private void Note(string what) => _trace.Add(StepNumber, what);

    private void ChangeTopics()
    {
        var (name, deleted) = _topics.Change();
        Note($"topic {name} {(deleted is null ? $"has {PartitionsOf(name)} partitions" : "is deleted")}");
        foreach (var partition in _committed.Keys.Where(partition => partition.Topic == deleted).ToList())
            _committed.Remove(partition);
    }

    /// <summary>The coordinator moves, and finds a log of which a part was compacted.</summary>
    private void Reload()
    {
        ReadLog();
        Harness.Coordinator.OnResignation(0, ++Term);
        if (Random.Next(4) > 0)
            Harness.Storage.Compact(0, Random.Next(Harness.Storage.Entries(0).Count));
        Harness.Coordinator.OnElection(0, ++Term);
        Note($"coordinator is in term {Term}");
    }

    /// <summary>
    /// A classic group forgets what its members have when one joins during a rebalance. Cooperative members keep it, and if the group is
    /// converted then, the coordinator gives it to others, as Kafka's does. So they join only groups that do not become classic again.
    /// </summary>
    private bool MayBeCooperative => _policy == MigrationPolicy.Upgrade && Log.Upgrades > 0;

    /// <summary>Whether a member of the consumer protocol can join: a classic group may not be converted.</summary>
    private bool MayUseConsumerProtocol => !IsCalm || Log.Group is { IsEmpty: false } || _policy.HasFlag(MigrationPolicy.Upgrade);

    /// <summary>
    /// A static member comes back under its instance id, with the same subscription: a classic group does not notice another one.
    /// </summary>
    private SimulatedMember NewMember(SimulatedMember? before = null)
    {
        var instanceId = before?.InstanceId ?? (Random.Next(4) == 0 ? $"i{++_memberIds}" : null);
        SimulatedMember member = Random.Next(2) == 0 || !MayUseConsumerProtocol
            ? new SimulatedClassicMember(this, instanceId, Random.Next(2) == 0 && MayBeCooperative)
            : new SimulatedConsumerMember(this, instanceId, Random.Next(8) == 0 && instanceId is null);
        member.Subscribe(before is { InstanceId: not null } ? before.Topics : _topics.Some());
        return member;
    }

    private async Task CheckAsync()
    {
        ReadLog();
        if (Log.HasDoubled)
        {
            var (partition, ids) = Log.Doubled.First();
            Fail(
                $"{partition} belongs to {string.Join(" and ", ids)} in the log",
                [.. _members.Where(member => ids.Contains(member.MemberId))]);
        }
        if (!Beliefs.HasContested || Harness.Storage.HoldsCommits || Harness.Storage.AppendError != ErrorCode.None)
            return;
        // What members believe: those that the coordinator knows, in a consumer group whatever their epochs are. A member that has not
        // received its new epoch has given up what that takes away, so nobody else may have what it still has.
        var group = Log.Group;
        HashSet<string>? known = null;
        foreach (var (partition, believers) in Beliefs.Contested.ToList())
        {
            if (group is not null)
            {
                FailIfSeveral(partition, believers.Where(member => group.Find(member.MemberId) is { } logged
                    && (logged.MemberEpoch == member.Epoch || member is SimulatedConsumerMember)));
                continue;
            }
            foreach (var members in believers.Where(member => member is SimulatedClassicMember)
                .GroupBy(member => (member.Term, member.Epoch)).Where(members => members.Count() > 1).ToList())
            {
                known ??= [.. (await Harness.Describe()).Members.Select(member => member.MemberId)];
                FailIfSeveral(partition, members.Where(member => known.Contains(member.MemberId)));
            }
        }
    }

    private void FailIfSeveral(Partition partition, IEnumerable<SimulatedMember> believers)
    {
        SimulatedMember[] all = [.. believers];
        if (all.Length > 1)
            Fail($"{partition} is owned by {string.Join(" and ", all.Select(member => $"{member.MemberId} in {member.Epoch}"))}", all);
    }

    /// <summary>Nothing disturbs any more: every partition that someone subscribes to has an owner, and a load changes nothing.</summary>
    private async Task ComeToRest(SingleThread thread)
    {
        IsCalm = true;
        RepairLog();
        await thread.Settled();
        ReadLog();
        // One of those that share an instance id, and members that the group can have.
        var instances = new HashSet<string>();
        foreach (var member in _members.ToList())
        {
            if (member.InstanceId is not { } instanceId || instances.Add(instanceId))
                continue;
            member.Crash();
            _members.Remove(member);
        }
        for (var round = 0; round < 160 && !IsAtRest(); round++)
        {
            foreach (var (member, i) in _members.Select((member, i) => (member, i)).ToList())
            {
                if (!member.HasCrashed && (MayUseConsumerProtocol || member is SimulatedClassicMember))
                    continue;
                member.Crash();
                _members[i] = NewMember(member);
            }
            Harness.Advance(500);
            // The client that leads a classic group watches the topics, and has its group rebalance when they change.
            foreach (var member in _members.Where(_ => round == 60 && Log.Group is null))
                member.Subscribe(member.Topics);
            foreach (var member in _members)
                member.Step();
            await thread.Settled();
            await CheckAsync();
        }
        if (_members.Find(member => !member.IsMember) is { } outside)
            Fail("at rest a member is not in the group", outside);
        if (!IsAtRest())
        {
            var expected = Expected();
            var owned = _members.SelectMany(member => Owned(member).Select(partition => (Partition: partition, Member: member))).ToLookup(
                pair => pair.Partition, pair => pair.Member);
            var missing = expected.Where(partition => !owned.Contains(partition)).ToList();
            var wrong = owned.Where(owners => owners.Count() > 1 || !expected.Contains(owners.Key)
                || owners.Any(owner => !owner.IsSubscribedTo(Harness.Topics.TopicName(owners.Key.Topic)!))).ToList();
            Fail(
                $"at rest {string.Join(' ', missing.Select(partition => $"{partition} (assigned to {Log.OtherHolder("", partition)})"))} "
                + $"have no owner, {string.Join(' ', wrong.Select(owners => owners.Key))} the wrong ones",
                [.. wrong.SelectMany(owners => owners), .. missing.SelectMany(partition => Members(Log.OtherHolder("", partition))), .. _members]);
        }
        await CheckLoad(thread);
    }

    private IEnumerable<SimulatedMember> Members(string? memberId) => _members.Where(member => member.MemberId == memberId);

    private HashSet<Partition> Expected() =>
    [
        .. _topics.All.Where(topic => _members.Any(member => member.IsSubscribedTo(topic.Key)))
            .SelectMany(topic => Enumerable.Range(0, topic.Value).Select(partition => (Harness.Topics.TopicId(topic.Key), partition))),
    ];

    private bool IsAtRest() =>
        _members.TrueForAll(member => member.IsMember)
        && Expected().SetEquals(_members.SelectMany(Owned))
        && _members.Sum(member => Owned(member).Count()) == Expected().Count
        && _members.TrueForAll(member => Owned(member).All(
            partition => member.IsSubscribedTo(Harness.Topics.TopicName(partition.Topic)!)));

    /// <summary>What a member has of topics that exist: nobody tells members of a classic group that a topic is deleted.</summary>
    private IEnumerable<Partition> Owned(SimulatedMember member) =>
        member.Owned.Where(partition => Harness.Topics.TopicName(partition.Topic) is not null);

    private string Summary(IEnumerable<SimulatedMember> concerned)
    {
        var group = Log.Group;
        var lines = concerned.Select(member =>
            $"  {member.GetType().Name} {member.MemberId} {member.InstanceId} in {member.Epoch} has {member.Owned.Count} after "
            + $"{member.LastResult}, is {group?.Find(member.MemberId)?.State} in {group?.Find(member.MemberId)?.MemberEpoch}:"
            + $"{Environment.NewLine}{member.Trace}");
        return $"  {group?.StateName ?? "classic"} in epoch {group?.Epoch}, target {group?.TargetEpoch}, {_policy}:{Environment.NewLine}"
            + $"{_trace}{Environment.NewLine}{string.Join(Environment.NewLine, lines.Distinct().Take(6))}{Environment.NewLine}"
            + $"  again: eng/check-groups 1 {_seed} --members {MemberCount}";
    }

    private async Task CheckLoad(SingleThread thread)
    {
        var before = await State();
        Reload();
        await thread.Settled();
        var after = await State();
        if (after != before)
            Fail($"a load changes the state from{Environment.NewLine}{before} to{Environment.NewLine}{after}");
        foreach (var (partition, offset) in _committed)
        {
            if (Harness.Topics.TopicName(partition.Topic) is not { } topic)
                continue;
            var found = await Harness.Committed(topic, partition.Index);
            if (found < offset)
                Fail($"partition {partition} was committed up to {offset}, and after a load {found}");
        }
    }

    /// <summary>In the order of ids: the order of a description depends on how large the group once was.</summary>
    private async Task<string> State()
    {
        if (Log.Group is not null)
        {
            var group = await MigrationGroups.Described(Harness);
            group.Members = [.. group.Members.OrderBy(member => member.MemberId, StringComparer.Ordinal)];
            return Convert.ToHexString(GroupHarness.Write(new ConsumerGroupDescribeResponse { Groups = [group] }, 1));
        }
        var classic = await Harness.Describe();
        return $"{classic.GroupState} " + string.Join(' ', classic.Members.OrderBy(member => member.MemberId, StringComparer.Ordinal)
            .Select(member => $"{member.MemberId} {Convert.ToHexString(member.MemberAssignment)}"));
    }
}
