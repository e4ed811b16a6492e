#pragma warning disable CS9113, CA1065, CA2215
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Metadata.Controller;

/// <summary>
/// The controller of a cluster (Kafka's <c>QuorumController</c>): a state machine over <c>__cluster_metadata</c> that is active while its node leads the
/// quorum. Requests run one at a time on its event loop; an answer is given when its records are committed and, for what clients act on at
/// once, when this node's own broker has acted on them. All members may be called from any thread; on a node that is not the active
/// controller every request fails with a <see cref="StateMachineException"/> of NOT_CONTROLLER.
/// </summary>
public sealed class QuorumController(
    QuorumControllerOptions options,
    RaftNode<MetadataRecord> raft,
    IConfigurationValidator configurations,
    IMetadataProgress? localBroker,
    TimeProvider time,
    Random random,
    ILogger logger) : IRaftListener<MetadataRecord>, IAsyncDisposable
{
    /// <summary>Whether this node is the active controller, as far as it knows.</summary>
    public bool IsActive => throw new NotImplementedException();

    /// <summary>The epoch it is active in, or -1.</summary>
    public int ActiveEpoch => throw new NotImplementedException();

    public Task<CreateTopicsResponse> CreateTopicsAsync(ControllerRequestContext context, CreateTopicsRequest request) => throw new NotImplementedException();

    public Task<DeleteTopicsResponse> DeleteTopicsAsync(ControllerRequestContext context, DeleteTopicsRequest request) => throw new NotImplementedException();

    public Task<CreatePartitionsResponse> CreatePartitionsAsync(ControllerRequestContext context, CreatePartitionsRequest request) => throw new NotImplementedException();

    public Task<IncrementalAlterConfigsResponse> IncrementalAlterConfigsAsync(ControllerRequestContext context, IncrementalAlterConfigsRequest request) => throw new NotImplementedException();

    public Task<AlterConfigsResponse> AlterConfigsAsync(ControllerRequestContext context, AlterConfigsRequest request) => throw new NotImplementedException();

    public Task<BrokerRegistrationResponse> RegisterBrokerAsync(ControllerRequestContext context, BrokerRegistrationRequest request) => throw new NotImplementedException();

    public Task<BrokerHeartbeatResponse> ProcessBrokerHeartbeatAsync(ControllerRequestContext context, BrokerHeartbeatRequest request) => throw new NotImplementedException();

    public Task<UnregisterBrokerResponse> UnregisterBrokerAsync(ControllerRequestContext context, UnregisterBrokerRequest request) => throw new NotImplementedException();

    public Task<ControllerRegistrationResponse> RegisterControllerAsync(ControllerRequestContext context, ControllerRegistrationRequest request) => throw new NotImplementedException();

    public Task<AllocateProducerIdsResponse> AllocateProducerIdsAsync(ControllerRequestContext context, AllocateProducerIdsRequest request) => throw new NotImplementedException();

    public Task<UpdateFeaturesResponse> UpdateFeaturesAsync(ControllerRequestContext context, UpdateFeaturesRequest request) => throw new NotImplementedException();

    public Task<AlterPartitionResponse> AlterPartitionAsync(ControllerRequestContext context, AlterPartitionRequest request) => throw new NotImplementedException();

    public Task<AssignReplicasToDirsResponse> AssignReplicasToDirsAsync(ControllerRequestContext context, AssignReplicasToDirsRequest request) => throw new NotImplementedException();

    public Task<ElectLeadersResponse> ElectLeadersAsync(ControllerRequestContext context, ElectLeadersRequest request) => throw new NotImplementedException();

    public Task<AlterPartitionReassignmentsResponse> AlterPartitionReassignmentsAsync(ControllerRequestContext context, AlterPartitionReassignmentsRequest request) => throw new NotImplementedException();

    public Task<ListPartitionReassignmentsResponse> ListPartitionReassignmentsAsync(ControllerRequestContext context, ListPartitionReassignmentsRequest request) => throw new NotImplementedException();

    public Task<AlterClientQuotasResponse> AlterClientQuotasAsync(ControllerRequestContext context, AlterClientQuotasRequest request) => throw new NotImplementedException();

    /// <summary>
    /// Runs a command of a control manager that lives in another room (ACLs, SCRAM, delegation tokens): it is given the image as of all records written
    /// before and makes records and an answer.
    /// </summary>
    public Task<TResponse> WriteAsync<TResponse>(
        string name, ControllerRequestContext context, Func<MetadataImage, CommandResult<MetadataRecord, TResponse>> command) => throw new NotImplementedException();

    public void HandleCommit(CommittedBatch<MetadataRecord> batch) => throw new NotImplementedException();

    public void HandleLoadSnapshot(SnapshotReader<MetadataRecord> reader) => throw new NotImplementedException();

    public void HandleLeaderChange(LeaderAndEpoch leader) => throw new NotImplementedException();

    public void BeginShutdown() => throw new NotImplementedException();

    /// <summary>Stops its timers and loop; pending requests fail.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
