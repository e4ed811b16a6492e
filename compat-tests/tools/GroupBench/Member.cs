using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace GroupBench;

/// <summary>A member that takes and gives up partitions as soon as a response asks for it.</summary>
internal sealed class Member(string group, string memberId, string topic)
{
    private bool _hasNews = true;

    public int Epoch { get; private set; }

    public int Owned { get; private set; }

    private List<ConsumerGroupHeartbeatRequest.TopicPartitionsData> Partitions { get; set; } = [];

    /// <summary>The next heartbeat: whole when the member joins, with its partitions when they have changed, else empty.</summary>
    public ConsumerGroupHeartbeatRequest Heartbeat() => new()
    {
        GroupId = group, MemberId = memberId, MemberEpoch = Epoch, RebalanceTimeoutMs = Epoch == 0 ? 60_000 : -1,
        SubscribedTopicNames = Epoch == 0 ? [topic] : null, TopicPartitions = _hasNews ? Partitions : null,
    };

    public ConsumerGroupHeartbeatRequest Leave() => new()
    {
        GroupId = group, MemberId = memberId, MemberEpoch = -1, RebalanceTimeoutMs = -1,
    };

    public OffsetCommitRequest Commit(int partition, long offset) => new()
    {
        GroupId = group, MemberId = memberId, GenerationIdOrMemberEpoch = Epoch,
        Topics =
        [
            new() { Name = topic, Partitions = [new() { PartitionIndex = partition, CommittedOffset = offset, CommittedMetadata = "" }] },
        ],
    };

    public void Receive(ConsumerGroupHeartbeatResponse response)
    {
        if (response.ErrorCode != ErrorCode.None)
            throw new InvalidOperationException($"{memberId} of {group}: {response.ErrorCode} {response.ErrorMessage}");
        Epoch = response.MemberEpoch;
        _hasNews = response.Assignment is not null;
        if (response.Assignment is not { } assignment)
            return;
        Partitions = [.. assignment.TopicPartitions.Select(each => new ConsumerGroupHeartbeatRequest.TopicPartitionsData
        {
            TopicId = each.TopicId, Partitions = each.Partitions,
        })];
        Owned = Partitions.Sum(each => each.Partitions.Count);
    }
}
