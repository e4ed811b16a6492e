using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>
/// A consumer in the simulation, of either protocol: one request at a time, and it does what each response asks for. It may pause, lose
/// responses, crash, and leave.
/// </summary>
internal abstract class SimulatedMember(MigrationSimulation simulation, string? instanceId)
{
    private readonly Dictionary<(Uuid Topic, int Partition), long> _positions = [];
    private Task _request = Task.CompletedTask;
    private int _pausedSteps;
    private ErrorCode _lastError;

    public string MemberId { get; protected set; } = "";

    public string? InstanceId { get; } = instanceId;

    public int Epoch
    {
        get;
        protected set
        {
            field = value;
            Simulation.OnChanged();
        }
    } = -1;

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

    public HashSet<(Uuid Topic, int Partition)> Owned { get; private set; } = [];

    protected MigrationSimulation Simulation { get; } = simulation;

    protected GroupHarness Harness => Simulation.Harness;

    public virtual bool IsSubscribedTo(string topic) => Topics.Contains(topic);

    public void Crash()
    {
        HasCrashed = true;
        Drop();
    }

    /// <summary>The coordinator learns of it with the next request.</summary>
    public virtual void Subscribe(string[] topics) => Topics = topics;

    public void Pause(int steps) => _pausedSteps = steps;

    public void Step()
    {
        if (_request.IsFaulted)
            _request.GetAwaiter().GetResult();
        if (!_request.IsCompleted || HasCrashed || _pausedSteps-- > 0)
            return;
        _request = IsMember && Owned.Count > 0 && Simulation.Random.Next(3) == 0 ? CommitAsync() : ContinueAsync();
    }

    public abstract Task LeaveAsync();

    /// <summary>Joins or sends a heartbeat.</summary>
    protected abstract Task ContinueAsync();

    protected abstract void OnResponse(ErrorCode error);

    protected void React(ErrorCode error)
    {
        _lastError = error;
        OnResponse(error);
    }

    /// <summary>It begins anew without partitions.</summary>
    protected void Drop()
    {
        IsMember = false;
        Owned = [];
        Simulation.OnChanged();
        _positions.Clear();
    }

    /// <summary>It has these partitions from now on, and continues new ones where the group has committed.</summary>
    protected async Task Own(IEnumerable<(Uuid Topic, int Partition)> partitions)
    {
        Owned = [.. partitions];
        Simulation.OnChanged();
        foreach (var lost in _positions.Keys.Where(partition => !Owned.Contains(partition)).ToList())
            _positions.Remove(lost);
        foreach (var added in Owned.Where(partition => !_positions.ContainsKey(partition)).ToList())
        {
            if (Harness.Topics.TopicName(added.Topic) is not { } topic)
                continue;
            var response = await Harness.Coordinator.Offsets.FetchAsync(GroupHarness.Context(9), new()
            {
                Groups =
                [
                    new() { GroupId = GroupHarness.GroupId, Topics = [new() { Name = topic, PartitionIndexes = [added.Partition] }] },
                ],
            });
            if (response.Groups[0].ErrorCode == ErrorCode.None && Owned.Contains(added))
                _positions[added] = response.Groups[0].Topics[0].Partitions[0].CommittedOffset;
        }
    }

    private async Task CommitAsync()
    {
        var partition = Owned.ElementAt(Simulation.Random.Next(Owned.Count));
        if (!_positions.TryGetValue(partition, out var position) || Harness.Topics.TopicName(partition.Topic) is not { } topic)
        {
            await ContinueAsync();
            return;
        }
        _positions[partition] = position += Simulation.Random.Next(1, 5);
        var error = await Harness.Commit(position, MemberId, Epoch, InstanceId, topic, partition.Partition);
        if (error == ErrorCode.None)
            Simulation.OnCommitted(partition, position, this);
        if (!HasCrashed && !Simulation.LosesResponse())
            React(error);
    }
}
