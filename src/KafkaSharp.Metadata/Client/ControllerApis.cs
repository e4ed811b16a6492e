using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Client;

/// <summary>
/// The APIs of the controller (Kafka's <c>ControllerApis</c>). An API added here needs an entry in the controller's operations and a route.
/// </summary>
public static class ControllerApis
{
    public static ControllerApi<CreateTopicsRequest, CreateTopicsResponse> CreateTopics { get; } =
        new((request, error, _) => ErrorResponses.Of(request, error), request => request.TimeoutMs);

    public static ControllerApi<DeleteTopicsRequest, DeleteTopicsResponse> DeleteTopics { get; } =
        new((request, error, _) => ErrorResponses.Of(request, error), request => request.TimeoutMs);

    public static ControllerApi<CreatePartitionsRequest, CreatePartitionsResponse> CreatePartitions { get; } =
        new((request, error, _) => ErrorResponses.Of(request, error), request => request.TimeoutMs);

    public static ControllerApi<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> IncrementalAlterConfigs { get; } =
        new((request, error, _) => ErrorResponses.Of(request, error));

    public static ControllerApi<AlterConfigsRequest, AlterConfigsResponse> AlterConfigs { get; } =
        new((request, error, _) => ErrorResponses.Of(request, error));

    public static ControllerApi<AlterClientQuotasRequest, AlterClientQuotasResponse> AlterClientQuotas { get; } =
        new((request, error, _) => ErrorResponses.Of(request, error));

    // As in Kafka, the time limit of this request has no effect.
    public static ControllerApi<UpdateFeaturesRequest, UpdateFeaturesResponse> UpdateFeatures { get; } =
        new((_, error, _) => new() { ErrorCode = error.Code, ErrorMessage = error.Message });

    public static ControllerApi<ElectLeadersRequest, ElectLeadersResponse> ElectLeaders { get; } =
        new(ErrorResponses.Of, request => request.TimeoutMs);

    public static ControllerApi<AlterPartitionReassignmentsRequest,
        AlterPartitionReassignmentsResponse> AlterPartitionReassignments { get; } =
        new((request, error, _) => ErrorResponses.Of(request, error), request => request.TimeoutMs);

    // As in Kafka, the time limit of this request has no effect.
    public static ControllerApi<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse> ListPartitionReassignments { get; } =
        new((request, error, _) => ErrorResponses.Of(request, error));

    public static ControllerApi<UnregisterBrokerRequest, UnregisterBrokerResponse> UnregisterBroker { get; } =
        new((_, error, _) => new() { ErrorCode = error.Code, ErrorMessage = error.Message });

    public static ControllerApi<BrokerRegistrationRequest, BrokerRegistrationResponse> BrokerRegistration { get; } =
        new((_, error, _) => new() { ErrorCode = error.Code, BrokerEpoch = -1 });

    public static ControllerApi<BrokerHeartbeatRequest, BrokerHeartbeatResponse> BrokerHeartbeat { get; } =
        new((_, error, _) => new() { ErrorCode = error.Code });

    public static ControllerApi<ControllerRegistrationRequest, ControllerRegistrationResponse> ControllerRegistration { get; } =
        new((_, error, _) => new() { ErrorCode = error.Code, ErrorMessage = error.Message });

    public static ControllerApi<AllocateProducerIdsRequest, AllocateProducerIdsResponse> AllocateProducerIds { get; } =
        new((_, error, _) => new() { ErrorCode = error.Code });

    public static ControllerApi<AlterPartitionRequest, AlterPartitionResponse> AlterPartition { get; } =
        new((_, error, _) => new() { ErrorCode = error.Code });

    public static ControllerApi<AssignReplicasToDirsRequest, AssignReplicasToDirsResponse> AssignReplicasToDirs { get; } =
        new((_, error, _) => new() { ErrorCode = error.Code });
}
