using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using Partition = (KafkaSharp.Protocol.Uuid Topic, int Index);

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>
/// A consumer in the simulation, of either protocol: one request at a time, and it does what each response asks for. It may pause, lose
/// responses, crash, and leave; requests that it has sent long ago may arrive late, beside the others.
/// </summary>
internal abstract class SimulatedMember(GroupSimulation simulation, string? instanceId)
{
    private readonly Dictionary<Partition, long> _positions = [];
    private readonly List<PastIdentity> _past = [];
    private Task _request = Task.CompletedTask;
    private Task _late = Task.CompletedTask;
    private DateTimeOffset _pausedUntil;
    private ErrorCode _lastError;

    public string MemberId { get; protected set; } = "";

    public string? InstanceId { get; } = instanceId;

    public int Epoch { get; protected set; } = -1;

    /// <summary>
    /// The term of the coordinator in which the epoch was received: a classic generation that was never written is counted again.
    /// </summary>
    public int Term { get; protected set; }

    public string[] Topics { get; private set; } = [];

    /// <summary>It is gone for good, without a word.</summary>
    public bool HasCrashed { get; private set; }

    public bool IsMember { get; protected set; }

    /// <summary>The error of its last response, for the description of a failure; "waits" while there is none.</summary>
    public object LastResult => _request.IsCompleted ? _lastError : "waits";

    public SimulationTrace Trace { get; } = new();

    public HashSet<Partition> Owned { get; private set; } = [];

    protected GroupSimulation Simulation { get; } = simulation;

    protected GroupHarness Harness => Simulation.Harness;

    protected Random Random => Simulation.Random;

    public virtual bool IsSubscribedTo(string topic) => Topics.Contains(topic);

    public void Crash()
    {
        Note("crashes");
        HasCrashed = true;
        Drop();
    }

    /// <summary>The coordinator learns of it with the next request.</summary>
    public virtual void Subscribe(string[] topics) => Topics = topics;

    /// <summary>It does nothing for a while, and then continues with what it believes, though its session may have expired.</summary>
    public void Pause(int milliseconds)
    {
        Note("pauses");
        _pausedUntil = Harness.Time.GetUtcNow().AddMilliseconds(milliseconds);
    }

    public void Step()
    {
        if (_request.IsFaulted)
            _request.GetAwaiter().GetResult();
        if (_late.IsFaulted)
            _late.GetAwaiter().GetResult();
        if (HasCrashed || (!Simulation.IsCalm && Harness.Time.GetUtcNow() < _pausedUntil))
            return;
        if (_late.IsCompleted && _past.Count > 0 && Simulation.Happens(12))
            _late = SendLateAsync(_past[Random.Next(_past.Count)]);
        if (!_request.IsCompleted)
            return;
        if (MemberId.Length > 0 && (_past.Count == 0 || Random.Next(8) == 0))
            Remember();
        _request = IsMember && Owned.Count > 0 && Random.Next(3) == 0 ? CommitAsync() : ContinueAsync();
    }

    public abstract Task LeaveAsync();

    /// <summary>A join of this member, which has crashed, arrives only now: the group may have a member again that nobody is.</summary>
    public abstract Task JoinLateAsync();

    /// <summary>Joins or sends a heartbeat.</summary>
    protected abstract Task ContinueAsync();

    /// <summary>Sends something that it could have sent when it was another; what must be refused is refused and changes nothing.</summary>
    protected abstract Task SendLateAsync(PastIdentity past);

    /// <summary>Whether the coordinator may accept a commit now, as far as the log and the last response to the member show.</summary>
    protected abstract bool MayCommit(string memberId, int epoch, Partition partition);

    /// <summary>Whether the coordinator must accept a commit, when it is there.</summary>
    protected abstract bool MustCommit(Partition partition);

    protected abstract void OnResponse(ErrorCode error);

    protected void Note(string what, ErrorCode? error = null) => Trace.Add(Simulation.StepNumber, what, MemberId, Epoch, error);

    protected void React(ErrorCode error)
    {
        _lastError = error;
        OnResponse(error);
    }

    /// <summary>It is asked again for what it is now.</summary>
    protected void Remember()
    {
        if (_past.Count == 3)
            _past.RemoveAt(Random.Next(3));
        _past.Add(new(MemberId, Epoch, Term, Owned));
    }

    /// <summary>It begins anew without partitions.</summary>
    protected void Drop()
    {
        IsMember = false;
        Simulation.Beliefs.Replace(this, Owned, []);
        Owned = [];
        _positions.Clear();
    }

    /// <summary>It has these partitions from now on, and continues new ones where the group has committed.</summary>
    protected async Task Own(IEnumerable<Partition> partitions)
    {
        HashSet<Partition> owned = [.. partitions];
        if (!owned.SetEquals(Owned))
        {
            Simulation.Beliefs.Replace(this, Owned, owned);
            Owned = owned;
            foreach (var lost in _positions.Keys.Where(partition => !owned.Contains(partition)).ToList())
                _positions.Remove(lost);
        }
        foreach (var added in owned)
        {
            if (_positions.ContainsKey(added) || Harness.Topics.TopicName(added.Topic) is not { } topic)
                continue;
            var committed = Simulation.CommittedOf(added);
            var response = await Harness.Coordinator.Offsets.FetchAsync(GroupHarness.Context(9), new()
            {
                Groups =
                [
                    new() { GroupId = GroupHarness.GroupId, Topics = [new() { Name = topic, PartitionIndexes = [added.Index] }] },
                ],
            });
            if (response.Groups[0].ErrorCode != ErrorCode.None)
                continue;
            var offset = response.Groups[0].Topics[0].Partitions[0].CommittedOffset;
            if (offset < committed && Harness.Topics.TopicId(topic) == added.Topic && Simulation.CommittedOf(added) >= committed)
                Simulation.Fail($"partition {added} was committed up to {committed}, and {offset} is fetched", this);
            if (Owned.Contains(added))
                _positions[added] = offset;
        }
    }

    /// <summary>A commit that must be refused.</summary>
    protected async Task CommitLateAsync(PastIdentity past, Partition partition)
    {
        // Ahead of the log the member may have joined again, and the commit may count.
        if (Harness.Topics.TopicName(partition.Topic) is not { } topic || Simulation.HasLinger)
            return;
        var length = Simulation.LogLength;
        var error = await Harness.Commit(0, past.MemberId, past.Epoch, InstanceId, topic, partition.Index);
        MustBeRefused(error, $"a late commit of {partition}", past, length);
    }

    /// <param name="error">What the coordinator responded.</param>
    /// <param name="what">The request.</param>
    /// <param name="past">Whose it was.</param>
    /// <param name="logLength">The length of the log by which it must be refused.</param>
    protected void MustBeRefused(ErrorCode error, string what, PastIdentity past, int logLength)
    {
        Note($"late: {what} of {past.MemberId} in {past.Epoch}", error);
        Simulation.CountRefused();
        if (error == ErrorCode.None && !Simulation.WasAhead(logLength))
            Simulation.Fail($"{what} was accepted, of {past.MemberId} in epoch {past.Epoch} of term {past.Term}", this);
    }

    private async Task CommitAsync()
    {
        var partition = Owned.ElementAt(Random.Next(Owned.Count));
        if (!_positions.TryGetValue(partition, out var position) || Harness.Topics.TopicName(partition.Topic) is not { } topic)
        {
            await ContinueAsync();
            return;
        }
        _positions[partition] = position += Random.Next(1, 5);
        var mayCommit = MayCommit(MemberId, Epoch, partition);
        var mustCommit = MustCommit(partition);
        var other = Simulation.Log.OtherHolder(MemberId, partition);
        var (memberId, epoch, length) = (MemberId, Epoch, Simulation.LogLength);
        var error = await Harness.Commit(position, memberId, epoch, InstanceId, topic, partition.Index);
        Note($"commits {position} of {topic}-{partition.Index}", error);
        if (error == ErrorCode.None)
        {
            if ((!mayCommit || other is not null) && !Simulation.WasAhead(length))
            {
                Simulation.Fail(
                    $"{partition} belongs to {other ?? "others"}, and a commit of {memberId} in {epoch} was accepted", this, other);
            }
            Simulation.OnCommitted(partition, position, this);
        }
        else if (mustCommit && !IsUnavailable(error) && error != ErrorCode.UnknownTopicOrPartition && !Simulation.WasAhead(length))
        {
            Simulation.Fail($"a commit of {partition} by its owner {memberId} in {epoch} was refused with {error}", this);
        }
        if (!HasCrashed && !Simulation.LosesResponse())
            React(error);
    }

    protected bool IsUnavailable(ErrorCode error) =>
        error is ErrorCode.NotCoordinator or ErrorCode.CoordinatorNotAvailable or ErrorCode.CoordinatorLoadInProgress
            or ErrorCode.RequestTimedOut
        || IsTooLarge(error);

    /// <summary>Whether the records of a request were too many for one batch.</summary>
    protected bool IsTooLarge(ErrorCode error) => error == ErrorCode.UnknownServerError && Simulation.HasLinger && !Simulation.IsCalm;
}
