using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Assignors;

/// <summary>
/// One uniform assignment for members that subscribe to different topics (Kafka's <c>UniformHeterogeneousAssignmentBuilder</c>): members
/// keep what they still subscribe to, partitions without an owner go to the least loaded subscribers, then each topic is balanced among its
/// subscribers until nothing changes or a limit of passes is reached. Used once, by one thread.
/// </summary>
internal sealed class UniformHeterogeneousAssignment
{
    private const int MaxPasses = 16;
    private const int NoOwner = -1;

    private readonly AssignorInput _input;
    private readonly Dictionary<Uuid, Topic> _topics = [];
    private readonly KeptAssignment[] _kept;
    private readonly int[] _loads;

    public UniformHeterogeneousAssignment(AssignorInput input)
    {
        _input = input;
        _kept = [.. input.Members.Select(member => new KeptAssignment(member.Current))];
        _loads = new int[input.Members.Count];
        for (var i = 0; i < _loads.Length; i++)
        {
            foreach (var topicId in input.Members[i].SubscribedTopics)
            {
                if (!_topics.TryGetValue(topicId, out var topic))
                    _topics.Add(topicId, topic = new Topic(topicId, input.PartitionCounts[topicId]));
                topic.Subscribers.Add(i);
            }
        }
    }

    public Assignment[] Build()
    {
        if (_topics.Count == 0)
            return [.. _input.Members.Select(_ => Assignment.Empty)];
        Keep();
        Topic[] sorted = [.. _topics.Values.Order()];
        AssignUnowned(sorted);
        Balance([.. sorted.Where(topic => topic.Subscribers.Count > 1)]);
        return [.. _kept.Select(kept => kept.Build())];
    }

    private void Keep()
    {
        for (var i = 0; i < _kept.Length; i++)
        {
            HashSet<Uuid> subscribed = [.. _input.Members[i].SubscribedTopics];
            foreach (var current in _input.Members[i].Current.Topics)
            {
                if (!subscribed.Contains(current.TopicId))
                {
                    _kept[i].Keep(current.TopicId, 0);
                    continue;
                }
                _loads[i] += current.Partitions.Length;
                foreach (var partition in current.Partitions)
                    _topics[current.TopicId].Owners[partition] = i;
            }
        }
    }

    private void AssignUnowned(Topic[] topics)
    {
        var loads = new MemberLoads(_loads);
        foreach (var topic in topics.Where(topic => Array.IndexOf(topic.Owners, NoOwner) >= 0))
        {
            loads.Start(topic.Subscribers);
            for (var partition = 0; partition < topic.Owners.Length; partition++)
            {
                if (topic.Owners[partition] == NoOwner)
                    Move(topic, partition, loads.NextLeast());
            }
        }
    }

    private void Balance(Topic[] topics)
    {
        var loads = new MemberLoads(_loads);
        var lastBalanced = -1;
        for (var pass = 0; pass < MaxPasses; pass++)
        {
            for (var i = 0; i < topics.Length; i++)
            {
                // Every topic has been looked at since something changed.
                if (i == lastBalanced)
                    return;
                if (Balance(topics[i], loads) || lastBalanced == -1)
                    lastBalanced = i;
            }
        }
    }

    /// <summary>Moves partitions of a topic from the most loaded subscribers to the least loaded ones; false if nothing moved.</summary>
    private bool Balance(Topic topic, MemberLoads loads)
    {
        if (loads.Start(topic.Subscribers) <= 1)
            return false;
        var owned = OwnedPartitions(topic);
        var hasMoved = false;
        while (!loads.IsBalanced && NextToGiveUp(owned, loads) is { } partitions)
        {
            var partition = partitions.Pop();
            var receiver = loads.NextLeast();
            if (loads.IsBalanced)
                break;
            Move(topic, partition, receiver);
            hasMoved = true;
        }
        return hasMoved;
    }

    /// <summary>The partitions of the next member that has some to give up; null when there is none.</summary>
    private static Stack<int>? NextToGiveUp(Dictionary<int, Stack<int>> owned, MemberLoads loads)
    {
        while (loads.NextMost() is { } member)
        {
            if (owned.TryGetValue(member, out var partitions) && partitions.Count > 0)
                return partitions;
            loads.ExcludeMost();
        }
        return null;
    }

    /// <summary>The partitions of each owner, the last one on top.</summary>
    private static Dictionary<int, Stack<int>> OwnedPartitions(Topic topic)
    {
        var owned = new Dictionary<int, Stack<int>>();
        for (var partition = 0; partition < topic.Owners.Length; partition++)
        {
            if (!owned.TryGetValue(topic.Owners[partition], out var partitions))
                owned.Add(topic.Owners[partition], partitions = []);
            partitions.Push(partition);
        }
        return owned;
    }

    private void Move(Topic topic, int partition, int receiver)
    {
        var owner = topic.Owners[partition];
        if (owner != NoOwner)
        {
            _kept[owner].Remove(topic.Id, partition);
            _loads[owner]--;
        }
        _kept[receiver].Add(topic.Id, partition);
        _loads[receiver]++;
        topic.Owners[partition] = receiver;
    }

    /// <summary>A topic with its subscribers and owners; those with most partitions for each subscriber are first.</summary>
    private sealed class Topic(Uuid id, int partitionCount) : IComparable<Topic>
    {
        public Uuid Id { get; } = id;

        /// <summary>The indexes of the members that subscribe to it.</summary>
        public List<int> Subscribers { get; } = [];

        /// <summary>The index of the member that each partition is assigned to.</summary>
        public int[] Owners { get; } = [.. Enumerable.Repeat(NoOwner, partitionCount)];

        private double PartitionsPerSubscriber => (double)Owners.Length / Subscribers.Count;

        public int CompareTo(Topic? other)
        {
            if (other is null)
                return 1;
            var order = other.PartitionsPerSubscriber.CompareTo(PartitionsPerSubscriber);
            if (order == 0)
                order = Subscribers.Count.CompareTo(other.Subscribers.Count);
            return order != 0 ? order : Id.CompareTo(other.Id);
        }
    }
}
