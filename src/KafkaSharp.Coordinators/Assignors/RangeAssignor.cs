using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Assignors;

/// <summary>
/// Gives each subscriber of a topic a range of consecutive partitions; topics with the same subscribers are divided in the same way
/// (Kafka's <c>RangeAssignor</c>). Stateless.
/// </summary>
internal sealed class RangeAssignor : IPartitionAssignor
{
    public string Name => "range";

    public Assignment[] Assign(AssignorInput input)
    {
        var assignments = new Assignment[input.Members.Count];
        var topics = new Dictionary<Uuid, TopicRanges>();
        foreach (var member in input.Members)
        {
            foreach (var topicId in member.SubscribedTopics)
            {
                if (!topics.TryGetValue(topicId, out var ranges))
                    topics.Add(topicId, ranges = new TopicRanges(input.PartitionCounts[topicId]));
                ranges.Subscribers++;
            }
        }
        foreach (var index in Enumerable.Range(0, input.Members.Count).Order(new MemberOrder(input.Members)))
        {
            var member = input.Members[index];
            var assigned = new List<TopicPartitions>(member.SubscribedTopics.Count);
            foreach (var topicId in member.SubscribedTopics)
            {
                if (topics[topicId].Next() is { Length: > 0 } range)
                    assigned.Add(new TopicPartitions(topicId, range));
            }
            var requested = (int)(member.SubscribedTopics.Count / 0.75f) + 1;
            assignments[index] = Assignment.Of([.. assigned], JavaHashOrder.CapacityOf(requested, assigned.Count));
        }
        return assignments;
    }

    /// <summary>How a topic is divided; the first subscribers receive one partition more if it cannot be divided evenly.</summary>
    private sealed class TopicRanges(int partitionCount)
    {
        private int _next;
        private int _given;

        public int Subscribers { get; set; }

        public int[] Next()
        {
            var size = (partitionCount / Subscribers) + (_given++ < partitionCount % Subscribers ? 1 : 0);
            var start = _next;
            _next += size;
            return [.. Enumerable.Range(start, size)];
        }
    }

    /// <summary>Static members first, by instance id, so that they keep their ranges when their member ids change.</summary>
    private sealed class MemberOrder(IReadOnlyList<AssignorMember> members) : IComparer<int>
    {
        public int Compare(int x, int y) => (members[x], members[y]) switch
        {
            ({ InstanceId: { } one }, { InstanceId: { } other }) => string.CompareOrdinal(one, other),
            ({ InstanceId: not null }, _) => -1,
            (_, { InstanceId: not null }) => 1,
            var (one, other) => string.CompareOrdinal(one.MemberId, other.MemberId),
        };
    }
}
