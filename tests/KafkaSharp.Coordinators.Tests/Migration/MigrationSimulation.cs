using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>
/// One run: members of both protocols that come and go, change what they subscribe to, lose responses and time; topics that are created,
/// deleted and enlarged; a log that fails and a coordinator that moves. Everything is drawn from the seed.
/// </summary>
internal sealed class MigrationSimulation
{
    private static readonly string[] _names = ["con", "t1", "t2", "t3"];

    private readonly int _seed;
    private readonly LoggedGroup _log = new();
    private readonly Dictionary<(Uuid Topic, int Partition), long> _committed = [];
    private readonly Dictionary<string, int> _topics = [];
    private readonly List<SimulatedMember> _members = [];
    private long _topicIds;
    private int _memberIds;
    private int _step;
    private bool _isCalm;
    private bool _hasChanged;

    public MigrationSimulation(int seed)
    {
        _seed = seed;
        Random = new Random(seed);
        MemberCount = 2 + Random.Next(seed % 10 == 0 ? 200 : 20);
        Harness = new GroupHarness(
            new GroupCoordinatorConfig { OffsetsRetentionCheckInterval = TimeSpan.FromDays(365), InitialRebalanceDelayMs = 500 },
            consumerConfig: new ConsumerGroupConfig
            {
                MigrationPolicy = seed % 4 == 0 ? MigrationPolicy.Upgrade : MigrationPolicy.Bidirectional,
                AssignmentIntervalMs = seed % 3 == 0 ? 0 : 1000,
            });
    }

    public Random Random { get; }

    public GroupHarness Harness { get; }

    public int MemberCount { get; }

    /// <summary>How often the coordinator has moved.</summary>
    public int Term { get; private set; }

    public int Upgrades => _log.Upgrades;

    public int Downgrades => _log.Downgrades;

    public int Commits { get; private set; }

    public int PartitionsOf(string topic) => _topics.GetValueOrDefault(topic);

    public string NewMemberId() => $"m{++_memberIds}";

    public bool LosesResponse() => !_isCalm && Random.Next(20) == 0;

    /// <summary>What a member believes has changed.</summary>
    public void OnChanged() => _hasChanged = true;

    /// <summary>A commit was accepted: it must not go back behind one that was accepted before.</summary>
    public void OnCommitted((Uuid Topic, int Partition) partition, long offset, SimulatedMember by)
    {
        Assert.That(offset, Is.AtLeast(_committed.GetValueOrDefault(partition, -1)), $"{At} partition {partition} by {by.MemberId}");
        _committed[partition] = offset;
        Commits++;
    }

    public async Task RunAsync(SingleThread thread, int steps)
    {
        CreateTopic("con");
        CreateTopic("t1");
        while (_members.Count < MemberCount)
            _members.Add(NewMember());
        for (_step = 0; _step < steps; _step++)
        {
            if (Random.Next(4) == 0)
                Harness.Advance(Random.Next(Random.Next(40) == 0 ? 12_000 : 400));
            if (Random.Next(8) == 0)
                await Disturb(thread);
            for (var i = 0; i < 1 + (MemberCount / 10); i++)
                _members[Random.Next(_members.Count)].Step();
            await thread.Settled();
            Check();
        }
        await ComeToRest(thread);
    }

    private string At => $"seed {_seed}, step {_step}:";

    private async Task Disturb(SingleThread thread)
    {
        var index = Random.Next(_members.Count);
        var member = _members[index];
        switch (Random.Next(40))
        {
            case < 6:
                member.Crash();
                _members[index] = NewMember(member);
                break;
            case < 12:
                var leaving = member.LeaveAsync();
                await thread.Settled();
                member.Crash();
                _members[index] = NewMember(member);
                _ = leaving;
                break;
            case < 18:
                member.Pause(Random.Next(1, 60));
                break;
            case < 22 when member.InstanceId is null:
                member.Subscribe(RandomTopics());
                break;
            case < 24:
                Harness.Storage.AppendError = Random.Next(3) > 0 ? ErrorCode.None
                    : Random.Next(2) == 0 ? ErrorCode.NotEnoughReplicas : ErrorCode.KafkaStorageError;
                break;
            case < 26:
                Harness.Storage.HoldsCommits = Random.Next(3) == 0;
                if (!Harness.Storage.HoldsCommits)
                    Harness.Storage.CommitAll();
                break;
            case < 28:
                ChangeTopics();
                break;
            case 28:
                Reload();
                break;
        }
    }

    private void ChangeTopics()
    {
        var name = _names[Random.Next(_names.Length)];
        if (!_topics.TryGetValue(name, out var partitions))
        {
            CreateTopic(name);
        }
        else if (Random.Next(3) > 0)
        {
            _topics[name] = partitions + Random.Next(1, 4);
            Harness.Topics.Add(name, _topics[name], Harness.Topics.TopicId(name));
            Harness.PublishTopics((name, _topics[name]));
        }
        else if (name != "con")
        {
            var id = Harness.Topics.TopicId(name);
            _topics.Remove(name);
            Harness.RemoveTopic(name);
            foreach (var partition in _committed.Keys.Where(partition => partition.Topic == id).ToList())
                _committed.Remove(partition);
        }
    }

    private void CreateTopic(string name)
    {
        _topics[name] = Random.Next(1, 12);
        Harness.Topics.Add(name, _topics[name], new Uuid(7, ++_topicIds));
        Harness.PublishTopics((name, _topics[name]));
    }

    private void Reload()
    {
        Harness.Coordinator.OnResignation(0, ++Term);
        Harness.Coordinator.OnElection(0, ++Term);
    }

    /// <summary>
    /// A classic group forgets what its members have when one joins during a rebalance. Cooperative members keep it, and if the group is
    /// converted then, the coordinator gives it to others, as Kafka's does. So they join only groups that do not become classic again.
    /// </summary>
    private bool MayBeCooperative => _seed % 4 == 0 && _log.Upgrades > 0;

    /// <summary>
    /// A static member comes back under its instance id, with the same subscription: a classic group does not notice another one.
    /// </summary>
    private SimulatedMember NewMember(SimulatedMember? before = null)
    {
        var instanceId = before?.InstanceId ?? (Random.Next(4) == 0 ? $"i{++_memberIds}" : null);
        SimulatedMember member = Random.Next(2) == 0
            ? new SimulatedClassicMember(this, instanceId, Random.Next(2) == 0 && MayBeCooperative)
            : new SimulatedConsumerMember(this, instanceId, Random.Next(6) == 0 && instanceId is null ? "t" : null);
        member.Subscribe(before is { InstanceId: not null } ? before.Topics : RandomTopics());
        return member;
    }

    private string[] RandomTopics() => Random.Next(2) == 0 ? _names : [.. _names.Where(_ => Random.Next(2) == 0).DefaultIfEmpty("con")];

    private void Check()
    {
        if (_log.Read(Harness.Storage.Entries(0)))
        {
            _hasChanged = true;
            CheckOwners(_log.Owners());
        }
        if (!_hasChanged || Harness.Storage.HoldsCommits || Harness.Storage.AppendError != ErrorCode.None)
            return;
        _hasChanged = false;
        // What members believe: those that the coordinator knows, in a consumer group whatever their epochs are. A member that has not
        // received its new epoch has given up what that takes away, so nobody else may have what it still has.
        IEnumerable<IGrouping<int, SimulatedMember>> epochs = _log.Group is { } group
            ? _members.Where(member => group.Find(member.MemberId) is { } known
                && (known.MemberEpoch == member.Epoch || member is SimulatedConsumerMember)).GroupBy(_ => 0)
            : _members.GroupBy(member => (member.Term * 10_000) + member.Epoch);
        foreach (var members in epochs)
        {
            CheckOwners(members.Where(member => member.IsMember).SelectMany(
                member => member.Owned.Select(partition => (partition, member.MemberId))));
        }
    }

    private void CheckOwners(IEnumerable<((Uuid Topic, int Partition) Partition, string MemberId)> owned)
    {
        var owners = new Dictionary<(Uuid, int), string>();
        foreach (var (partition, memberId) in owned)
        {
            if (!owners.TryAdd(partition, memberId))
                Assert.Fail($"{At} {partition} belongs to {owners[partition]} and {memberId}");
        }
    }

    /// <summary>Nothing disturbs any more: every partition that someone subscribes to has an owner, and a load changes nothing.</summary>
    private async Task ComeToRest(SingleThread thread)
    {
        _isCalm = true;
        Harness.Storage.AppendError = ErrorCode.None;
        Harness.Storage.HoldsCommits = false;
        Harness.Storage.CommitAll();
        _members.ForEach(member => member.Pause(0));
        for (var round = 0; round < 160; round++)
        {
            Harness.Advance(500);
            foreach (var member in _members)
                member.Step();
            await thread.Settled();
            Check();
            foreach (var crashed in _members.Where(member => member.HasCrashed).ToList())
                _members[_members.IndexOf(crashed)] = NewMember(crashed);
        }
        Assert.That(_members.Select(member => member.IsMember), Has.All.True, $"{At} {Summary()}");
        var expected = _topics.Where(topic => _members.Any(member => member.IsSubscribedTo(topic.Key)))
            .SelectMany(topic => Enumerable.Range(0, topic.Value).Select(partition => (Harness.Topics.TopicId(topic.Key), partition)));
        var owned = _members.SelectMany(member => member.Owned);
        Assert.That(owned, Is.EquivalentTo(expected), $"{At} {Summary()}");
        Assert.That(_members.TrueForAll(member => member.Owned.All(
            partition => member.IsSubscribedTo(Harness.Topics.TopicName(partition.Topic)!))), At);
        await CheckLoad(thread);
    }

    private string Summary()
    {
        var group = _log.Group;
        var members = _members.Select(member =>
            $"{member.GetType().Name} {member.MemberId} in {member.Epoch} has {member.Owned.Count} after {member.LastResult}, "
            + $"is {group?.Find(member.MemberId)?.State} in {group?.Find(member.MemberId)?.MemberEpoch}");
        return $"{group?.StateName ?? "classic"} in epoch {group?.Epoch}, target {group?.TargetEpoch}: {string.Join("; ", members)}";
    }

    private async Task CheckLoad(SingleThread thread)
    {
        var before = await State();
        Reload();
        await thread.Settled();
        Assert.That(await State(), Is.EqualTo(before), At);
        foreach (var (partition, offset) in _committed)
        {
            if (Harness.Topics.TopicName(partition.Topic) is { } topic)
                Assert.That(await Harness.Committed(topic, partition.Partition), Is.EqualTo(offset), At);
        }
    }

    private async Task<string> State()
    {
        if (_log.Group is not null)
            return await MigrationGroups.DescribedBytes(Harness);
        var classic = await Harness.Describe();
        return $"{classic.GroupState} " + string.Join(' ', classic.Members.OrderBy(member => member.MemberId, StringComparer.Ordinal)
            .Select(member => $"{member.MemberId} {Convert.ToHexString(member.MemberAssignment)}"));
    }
}
