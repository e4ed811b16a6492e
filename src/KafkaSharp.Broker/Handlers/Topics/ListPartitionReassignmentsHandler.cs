using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>ListPartitionReassignments (46): the replicas that are being moved (KIP-455).</summary>
sealed class ListPartitionReassignmentsHandler(QuorumController controller)
    : IApiHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>
{
    public async ValueTask<ListPartitionReassignmentsResponse?> HandleAsync(
        RequestContext context, ListPartitionReassignmentsRequest request) =>
        await controller.ListPartitionReassignmentsAsync(context.ForController(request.TimeoutMs), request).ConfigureAwait(false);

    public ListPartitionReassignmentsResponse Fail(ListPartitionReassignmentsRequest request, ErrorCode error, short version) => new()
    {
        ErrorCode = error,
        ErrorMessage = error.Message(),
        Topics = request.Topics?.ConvertAll(topic => new ListPartitionReassignmentsResponse.OngoingTopicReassignment
        {
            Name = topic.Name,
            Partitions = topic.PartitionIndexes.ConvertAll(
                index => new ListPartitionReassignmentsResponse.OngoingPartitionReassignment { PartitionIndex = index }),
        }) ?? [],
    };
}
