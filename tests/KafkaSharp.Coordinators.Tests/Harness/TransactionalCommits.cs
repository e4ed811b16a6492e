using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Topic = KafkaSharp.Protocol.Messages.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic;

namespace KafkaSharp.Coordinators.Tests.Harness;

/// <summary>What a transactional producer sends to the coordinator of a group, and the markers that end its transaction.</summary>
internal static class TransactionalCommits
{
    private const short ProducerEpoch = 3;

    public static Topic Topic(string name, params (int Index, long Offset)[] partitions) => new()
    {
        Name = name,
        Partitions = [.. partitions.Select(p => new TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition
        {
            PartitionIndex = p.Index, CommittedOffset = p.Offset, CommittedMetadata = "",
        })],
    };

    public static async Task<ErrorCode> CommitInTransaction(
        this GroupHarness harness, long producerId, long offset, string memberId = "", int generation = -1, string? instance = null,
        int partition = 0, string topic = "con", string group = GroupHarness.GroupId, short version = 5)
    {
        var request = Request(producerId, Topic(topic, (partition, offset)));
        (request.GroupId, request.MemberId, request.GenerationId, request.GroupInstanceId) = (group, memberId, generation, instance);
        return (await harness.CommitInTransaction(request, version)).Topics[0].Partitions[0].ErrorCode;
    }

    public static TxnOffsetCommitRequest Request(long producerId, params Topic[] topics) => new()
    {
        TransactionalId = "transaction",
        GroupId = GroupHarness.GroupId,
        ProducerId = producerId,
        ProducerEpoch = ProducerEpoch,
        GenerationId = -1,
        MemberId = "",
        Topics = [.. topics],
    };

    public static Task<TxnOffsetCommitResponse> CommitInTransaction(
        this GroupHarness harness, TxnOffsetCommitRequest request, short version = 5, Predicate<string>? mayRead = null) =>
        harness.Coordinator.TransactionalOffsets.CommitAsync(GroupHarness.Context(version), request, mayRead ?? (_ => true));

    public static Task<ErrorCode> EndTransaction(this GroupHarness harness, long producerId, bool committed, int partition = 0) =>
        harness.Coordinator.TransactionalOffsets.CompleteAsync(partition, producerId, ProducerEpoch, 0, committed, 2);

    public static async Task<ErrorCode> Stability(this GroupHarness harness, int partition = 0) =>
        (await harness.FetchPartition("con", partition, requireStable: true)).ErrorCode;

    /// <summary>The topics of a response in one line: <c>con:0=None,1=UnknownTopicOrPartition</c>.</summary>
    public static string Text(this TxnOffsetCommitResponse response) => string.Join(' ', response.Topics.Select(topic =>
        $"{topic.Name}:{string.Join(',', topic.Partitions.Select(p => $"{p.PartitionIndex}={p.ErrorCode}"))}"));
}
