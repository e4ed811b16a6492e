using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Raft;

/// <summary>Makes the response to DescribeQuorum. The only valid partition is <c>__cluster_metadata-0</c>.</summary>
internal static class QuorumDescription
{
    private const string Topic = "__cluster_metadata";
    // Earlier versions have no directory ids and no endpoints.
    private const short FirstWithNodes = 2;

    public static DescribeQuorumResponse Respond(
        DescribeQuorumRequest request, short version, int nodeId, LeaderAndEpoch leader, long highWatermark, long logEndOffset,
        VoterSet voters, long now)
    {
        if (request.Topics is not [{ TopicName: Topic, Partitions: [{ PartitionIndex: 0 }] }])
            return new DescribeQuorumResponse { Topics = [.. request.Topics.Select(Unknown)] };
        var isLeader = leader.IsLeader(nodeId);
        var partition = new DescribeQuorumResponse.PartitionData
        {
            PartitionIndex = 0,
            ErrorCode = isLeader ? ErrorCode.None : ErrorCode.NotLeaderOrFollower,
            ErrorMessage = isLeader ? "" : "This node does not lead the metadata quorum",
            LeaderId = leader.LeaderId ?? -1,
            LeaderEpoch = leader.Epoch,
            HighWatermark = highWatermark,
            CurrentVoters = isLeader ? [.. voters.Voters.Select(State)] : [],
        };
        return new DescribeQuorumResponse
        {
            ErrorMessage = "",
            Topics = [new() { TopicName = Topic, Partitions = [partition] }],
            Nodes = isLeader && version >= FirstWithNodes ? [.. voters.Voters.Select(Node)] : [],
        };

        DescribeQuorumResponse.ReplicaState State(RaftVoter voter) => new()
        {
            ReplicaId = voter.Id,
            ReplicaDirectoryId = version >= FirstWithNodes ? voter.DirectoryId : default,
            LogEndOffset = logEndOffset,
            LastFetchTimestamp = now,
            LastCaughtUpTimestamp = now,
        };
    }

    private static DescribeQuorumResponse.Node Node(RaftVoter voter) => new()
    {
        NodeId = voter.Id,
        Listeners = [.. voter.Endpoints.Select(e => new DescribeQuorumResponse.Listener { Name = e.Name, Host = e.Host, Port = e.Port })],
    };

    private static DescribeQuorumResponse.TopicData Unknown(DescribeQuorumRequest.TopicData topic) => new()
    {
        TopicName = topic.TopicName,
        Partitions = [.. topic.Partitions.Select(partition => new DescribeQuorumResponse.PartitionData
        {
            PartitionIndex = partition.PartitionIndex,
            ErrorCode = ErrorCode.UnknownTopicOrPartition,
            ErrorMessage = ErrorCode.UnknownTopicOrPartition.Message(),
        })],
    };
}
