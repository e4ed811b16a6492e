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
    private const int LingerMs = 800;

    private readonly int _seed;
    private readonly MigrationPolicy _policy;
    private readonly Dictionary<Partition, long> _committed = [];
    private readonly Disturbances _disturbances;
    private readonly Ownership _ownership;
    private readonly Dictionary<string, (string MemberId, int Request)> _holders = [];
    private readonly SimulationTrace _trace = new();
    private int _memberIds;
    private int _requests;

    public GroupSimulation(int seed, int members = 0)
    {
        _seed = seed;
        Random = new Random(seed);
        // Drawn in any case: a run is the same again when its number of members is given.
        var drawn = 2 + Random.Next(seed % 10 == 0 ? 200 : 20);
        MemberCount = members > 0 ? members : drawn;
        _policy = (seed % 8) switch
        {
            0 or 4 => MigrationPolicy.Upgrade,
            1 => MigrationPolicy.Downgrade,
            5 => MigrationPolicy.Disabled,
            _ => MigrationPolicy.Bidirectional,
        };
        Harness = new GroupHarness(
            new GroupCoordinatorConfig
            {
                OffsetsRetentionCheckInterval = TimeSpan.FromDays(365), InitialRebalanceDelayMs = 500,
                AppendLinger = HasLinger ? TimeSpan.FromMilliseconds(LingerMs) : null,
            },
            consumerConfig: new ConsumerGroupConfig { MigrationPolicy = _policy, AssignmentIntervalMs = seed % 3 == 0 ? 0 : 1000 });
        if (HasLinger)
            Harness.Storage.MaxBatchSize = 700 + (60 * MemberCount);
        Topics = new SimulatedTopics(Harness, Random, 11 + (MemberCount / 10));
        _disturbances = new Disturbances(this);
        _ownership = new Ownership(this);
    }

    public Random Random { get; }

    public GroupHarness Harness { get; }

    public LoggedGroup Log { get; } = new();

    public Beliefs Beliefs { get; } = new();

    public int MemberCount { get; }

    /// <summary>
    /// Commands wait for others before they are written, in batches so small that some do not fit, a few not even alone. What the log says
    /// is then older than what the coordinator knows.
    /// </summary>
    public bool HasLinger => _seed % 5 < 2;

    public int StepNumber { get; private set; }

    /// <summary>All that act, with those that have crashed until another one takes their place.</summary>
    public List<SimulatedMember> Members { get; } = [];

    public SimulatedTopics Topics { get; }

    /// <summary>Nothing disturbs any more.</summary>
    public bool IsCalm { get; private set; }

    /// <summary>How often the coordinator has moved.</summary>
    public int Term => _disturbances.Term;

    /// <summary>What was committed last, as far as members know.</summary>
    public IReadOnlyDictionary<Partition, long> Committed => _committed;

    public int Commits { get; private set; }

    /// <summary>Late requests that had to be refused.</summary>
    public int Refused { get; private set; }

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

    /// <summary>The number of records in the log.</summary>
    public int LogLength => Harness.Storage.Entries(0).Count;

    /// <summary>The response to a query, which waits for what is to be written.</summary>
    public Task<T> Now<T>(Task<T> query)
    {
        if (!query.IsCompleted)
            Harness.Advance(LingerMs);
        return query;
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

    /// <summary>The partitions of a topic are gone.</summary>
    public void Forget(Uuid topicId)
    {
        foreach (var partition in _committed.Keys.Where(partition => partition.Topic == topicId).ToList())
            _committed.Remove(partition);
    }

    public void Note(string what) => _trace.Add(StepNumber, what);

    public void ReadLog() => Log.Read(Harness.Storage.Entries(0));

    /// <summary>
    /// Whether the coordinator may have known more than the log when this was its length: a response comes after what was waiting then.
    /// </summary>
    public bool WasAhead(int length) => HasLinger && LogLength != length;

    public void Fail(string what, params SimulatedMember[] concerned) => throw new SimulationException(
        $"seed {_seed}, {MemberCount} members, step {StepNumber}: {what}{Environment.NewLine}{Summary(concerned)}");

    public void Fail(string what, SimulatedMember member, string? otherId) => Fail(
        what, [member, .. Members.Where(other => other != member && other.MemberId == otherId)]);

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
        Topics.Create("con");
        Topics.Create("t1");
        while (Members.Count < MemberCount)
            Members.Add(NewMember());
        for (; StepNumber < steps; StepNumber++)
        {
            _disturbances.EndLogFault();
            if (Random.Next(4) == 0)
                _disturbances.Advance();
            if (Random.Next(8 + (MemberCount / 6)) == 0)
                await _disturbances.DisturbAsync(thread);
            else
                Members[Random.Next(Members.Count)].Step();
            await thread.Settled();
            await _ownership.CheckAsync();
        }
        IsCalm = true;
        Harness.Storage.MaxBatchSize = 1 << 20;
        _disturbances.RepairLog();
        await thread.Settled();
        await new Rest(this, _ownership).ReachAsync(thread);
        await CheckLoadAsync(thread);
    }

    /// <summary>
    /// A classic group forgets what its members have when one joins during a rebalance. Cooperative members keep it, and if the group is
    /// converted then, the coordinator gives it to others, as Kafka's does. So they join only groups that do not become classic again,
    /// which the log says too late if commands wait.
    /// </summary>
    private bool MayBeCooperative => !HasLinger && _policy == MigrationPolicy.Upgrade && Log.Upgrades > 0;

    /// <summary>Whether a member of the consumer protocol can join: a classic group may not be converted.</summary>
    public bool MayUseConsumerProtocol => !IsCalm || Log.Group is { IsEmpty: false } || _policy.HasFlag(MigrationPolicy.Upgrade);

    /// <summary>
    /// A static member comes back under its instance id, with the same subscription: a classic group does not notice another one.
    /// </summary>
    public SimulatedMember NewMember(SimulatedMember? before = null)
    {
        var instanceId = before?.InstanceId ?? (Random.Next(4) == 0 ? $"i{++_memberIds}" : null);
        SimulatedMember member = Random.Next(2) == 0 || !MayUseConsumerProtocol
            ? new SimulatedClassicMember(this, instanceId, Random.Next(2) == 0 && MayBeCooperative)
            : new SimulatedConsumerMember(this, instanceId, Random.Next(8) == 0 && instanceId is null);
        member.Subscribe(before is { InstanceId: not null } ? before.Topics : Topics.Some());
        return member;
    }

    /// <summary>Until no command waits to be written: also those that time itself brings are.</summary>
    private void WriteAll()
    {
        while (!Harness.Describe().IsCompleted)
            Harness.Advance(LingerMs);
    }

    /// <summary>A load changes nothing.</summary>
    private async Task CheckLoadAsync(SingleThread thread)
    {
        WriteAll();
        ReadLog();
        var before = await State();
        _disturbances.Reload();
        await thread.Settled();
        var after = await State();
        if (after != before)
            Fail($"a load changes the state from{Environment.NewLine}{before} to{Environment.NewLine}{after}");
        foreach (var (partition, offset) in _committed)
        {
            if (Harness.Topics.TopicName(partition.Topic) is not { } topic)
                continue;
            var found = await Now(Harness.Committed(topic, partition.Index));
            if (found < offset)
                Fail($"partition {partition} was committed up to {offset}, and after a load {found}");
        }
    }

    /// <summary>In the order of ids: the order of a description depends on how large the group once was.</summary>
    private async Task<string> State()
    {
        if (Log.Group is not null)
        {
            var group = await Now(MigrationGroups.Described(Harness));
            group.Members = [.. group.Members.OrderBy(member => member.MemberId, StringComparer.Ordinal)];
            return Convert.ToHexString(GroupHarness.Write(new ConsumerGroupDescribeResponse { Groups = [group] }, 1));
        }
        var classic = await Now(Harness.Describe());
        return $"{classic.GroupState} " + string.Join(' ', classic.Members.OrderBy(member => member.MemberId, StringComparer.Ordinal)
            .Select(member => $"{member.MemberId} {Convert.ToHexString(member.MemberAssignment)}"));
    }

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
}
