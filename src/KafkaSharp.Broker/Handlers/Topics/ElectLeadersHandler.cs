using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>ElectLeaders (43): gives leadership to preferred replicas, or to any that is on line (KIP-460).</summary>
sealed class ElectLeadersHandler(QuorumController controller) : IApiHandler<ElectLeadersRequest, ElectLeadersResponse>
{
    public async ValueTask<ElectLeadersResponse?> HandleAsync(RequestContext context, ElectLeadersRequest request)
    {
        var response = await controller.ElectLeadersAsync(context.ForController(request.TimeoutMs), request).ConfigureAwait(false);
        return response.ErrorCode == ErrorCode.None ? response : Fail(request, response.ErrorCode, context.ApiVersion);
    }

    public ElectLeadersResponse Fail(ElectLeadersRequest request, ErrorCode error, short version) => new()
    {
        // Version 0 has no error of its own: the partitions carry it.
        ErrorCode = version == 0 ? ErrorCode.None : error,
        ReplicaElectionResults =
        [
            .. (request.TopicPartitions ?? []).Select(topic => new ElectLeadersResponse.ReplicaElectionResult
            {
                Topic = topic.Topic,
                PartitionResult = [.. topic.Partitions.Select(p =>
                    new ElectLeadersResponse.PartitionResult { PartitionId = p, ErrorCode = error, ErrorMessage = null })],
            }),
        ],
    };
}
