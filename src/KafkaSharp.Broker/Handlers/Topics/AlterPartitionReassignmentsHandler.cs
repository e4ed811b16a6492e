using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>AlterPartitionReassignments (45): moves replicas to other brokers, or stops moving them (KIP-455).</summary>
sealed class AlterPartitionReassignmentsHandler(QuorumController controller)
    : IApiHandler<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>
{
    public async ValueTask<AlterPartitionReassignmentsResponse?> HandleAsync(
        RequestContext context, AlterPartitionReassignmentsRequest request) =>
        await controller.AlterPartitionReassignmentsAsync(context.ForController(request.TimeoutMs), request).ConfigureAwait(false);

    public AlterPartitionReassignmentsResponse Fail(AlterPartitionReassignmentsRequest request, ErrorCode error, short version) => new()
    {
        ErrorCode = error,
        ErrorMessage = error.Message(),
        Responses = request.Topics.ConvertAll(topic => new AlterPartitionReassignmentsResponse.ReassignableTopicResponse
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => new AlterPartitionReassignmentsResponse.ReassignablePartitionResponse
            {
                PartitionIndex = partition.PartitionIndex,
                ErrorCode = error,
                ErrorMessage = error.Message(),
            }),
        }),
    };
}
