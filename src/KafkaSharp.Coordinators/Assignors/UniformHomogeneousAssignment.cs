using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Assignors;

/// <summary>
/// One uniform assignment for members that all subscribe to the same topics (Kafka's <c>UniformHomogeneousAssignmentBuilder</c>): each
/// member keeps what it has up to its quota, and what is left over goes to the members below theirs. Used once, by one thread.
/// </summary>
internal sealed class UniformHomogeneousAssignment
{
    private readonly AssignorInput _input;
    private readonly Uuid[] _topics;
    private readonly HashSet<Uuid> _subscribed;
    private readonly Queue<(Uuid TopicId, int Partition)> _unassigned = new();
    private readonly KeptAssignment[] _kept;
    private readonly int[] _missing;

    public UniformHomogeneousAssignment(AssignorInput input)
    {
        _input = input;
        _topics = [.. input.Members[0].SubscribedTopics];
        JavaHashOrder.Sort(_topics, JavaHashOrder.HashCode, JavaHashOrder.CapacityOfCopy(_topics.Length));
        _subscribed = [.. _topics];
        _kept = new KeptAssignment[input.Members.Count];
        _missing = new int[input.Members.Count];
    }

    public Assignment[] Build()
    {
        if (_topics.Length == 0)
            return [.. _input.Members.Select(_ => Assignment.Empty)];
        var total = FindUnassigned();
        Keep(total / _kept.Length, total % _kept.Length);
        return Complete();
    }

    /// <summary>Collects the partitions that no member has; returns the number of all partitions.</summary>
    private int FindUnassigned()
    {
        var assigned = _topics.ToDictionary(topicId => topicId, topicId => new bool[_input.PartitionCounts[topicId]]);
        foreach (var topic in _input.Members.SelectMany(member => member.Current.Topics))
        {
            if (!assigned.TryGetValue(topic.TopicId, out var partitions))
                continue;
            foreach (var partition in topic.Partitions)
            {
                if (partition < partitions.Length)
                    partitions[partition] = true;
            }
        }
        foreach (var topicId in _topics)
        {
            for (var partition = 0; partition < assigned[topicId].Length; partition++)
            {
                if (!assigned[topicId][partition])
                    _unassigned.Enqueue((topicId, partition));
            }
        }
        return assigned.Values.Sum(partitions => partitions.Length);
    }

    /// <summary>Every member keeps what it has up to its quota.</summary>
    /// <param name="quota">The partitions of every member.</param>
    /// <param name="extras">The number of members that have one partition more.</param>
    private void Keep(int quota, int extras)
    {
        for (var i = 0; i < _kept.Length; i++)
        {
            var hasExtra = extras > 0;
            var left = KeepUpTo(quota + (hasExtra ? 1 : 0), i);
            // A later member may need one partition more to keep what it has, unless there are only as many members as extra partitions.
            if (hasExtra && left > 0 && _kept.Length - i > extras)
            {
                hasExtra = false;
                left--;
            }
            _missing[i] = left;
            if (hasExtra)
                extras--;
        }
    }

    /// <summary>Returns how many partitions the member may have beyond those that it keeps.</summary>
    private int KeepUpTo(int quota, int member)
    {
        var kept = _kept[member] = new KeptAssignment(_input.Members[member].Current);
        foreach (var topic in _input.Members[member].Current.Topics)
        {
            if (!_subscribed.Contains(topic.TopicId))
            {
                kept.Keep(topic.TopicId, 0);
                continue;
            }
            var count = Math.Min(quota, topic.Partitions.Length);
            quota -= count;
            kept.Keep(topic.TopicId, count);
            foreach (var partition in topic.Partitions.AsSpan(count))
                _unassigned.Enqueue((topic.TopicId, partition));
        }
        return quota;
    }

    private Assignment[] Complete()
    {
        var assignments = new Assignment[_kept.Length];
        for (var i = 0; i < assignments.Length; i++)
        {
            for (var missing = _missing[i]; missing > 0 && _unassigned.TryDequeue(out var next); missing--)
                _kept[i].Add(next.TopicId, next.Partition);
            assignments[i] = _kept[i].Build();
        }
        return _unassigned.Count == 0
            ? assignments
            : throw new InvalidOperationException($"{_unassigned.Count} partitions were not assigned");
    }
}
