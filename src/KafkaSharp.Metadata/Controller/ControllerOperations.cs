using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Metadata.Controller;

/// <summary>
/// The operation of each API of the controller. The commands run on the controller's event loop; <see cref="Find{TRequest, TResponse}"/> is
/// thread-safe.
/// </summary>
internal sealed class ControllerOperations
{
    private readonly object?[] _operations = new object?[ApiVersionRanges.All.Length];
    private readonly ControlManagers _managers;
    private readonly Func<long> _nextOffset;
    private readonly EventLoop _loop;
    private readonly ILogger _logger;

    public ControllerOperations(ControlManagers managers, Func<long> nextOffset, EventLoop loop, ILogger logger)
    {
        _managers = managers;
        _nextOffset = nextOffset;
        _loop = loop;
        _logger = logger;
        // A client acts on these as soon as it has the response: this node's broker must have acted on them before.
        Add(ControllerApis.CreateTopics, "createTopics", (_, request) => managers.TopicCreation.Create(request), awaitsLocalBroker: true);
        Add(ControllerApis.DeleteTopics, "deleteTopics", (context, request) => managers.TopicDeletion.Delete(request, context.ApiVersion),
            awaitsLocalBroker: true);
        Add(ControllerApis.CreatePartitions, "createPartitions", (_, request) => managers.PartitionCreation.Create(request),
            awaitsLocalBroker: true);
        Add(ControllerApis.IncrementalAlterConfigs, "incrementalAlterConfigs", (_, request) => managers.Configurations.Alter(request),
            awaitsLocalBroker: true);
        Add(ControllerApis.AlterConfigs, "legacyAlterConfigs", (_, request) => managers.Configurations.Alter(request),
            awaitsLocalBroker: true);
        Add(ControllerApis.AlterClientQuotas, "alterClientQuotas", (_, request) => managers.Quotas.Alter(request), awaitsLocalBroker: true);
        Add(ControllerApis.UpdateFeatures, "updateFeatures", (_, request) => managers.Features.Update(request), awaitsLocalBroker: true);
        Add(ControllerApis.ElectLeaders, "electLeaders", (_, request) => managers.Elections.Elect(request), awaitsLocalBroker: true);
        Add(
            ControllerApis.AlterPartitionReassignments, "alterPartitionReassignments",
            (_, request) => managers.Reassignments.Alter(request), awaitsLocalBroker: true);
        Add(
            ControllerApis.ListPartitionReassignments, "listPartitionReassignments",
            (_, request) => new([], managers.Reassignments.List(request)));
        Add(ControllerApis.UnregisterBroker, "unregisterBroker", (_, request) => managers.Registrations.Unregister(request),
            awaitsLocalBroker: true);
        // These are requests of brokers and controllers, which follow the log themselves.
        Add(ControllerApis.BrokerRegistration, "registerBroker", (_, request) => Register(request));
        Add(ControllerApis.BrokerHeartbeat, "processBrokerHeartbeat", (_, request) => Process(request));
        Add(ControllerApis.ControllerRegistration, "registerController", (_, request) => managers.Registrations.Register(request));
        Add(ControllerApis.AllocateProducerIds, "allocateProducerIds", (_, request) => managers.ProducerIds.Allocate(request));
        Add(ControllerApis.AlterPartition, "alterPartition", (_, request) => managers.Partitions.Alter(request));
        Add(ControllerApis.AssignReplicasToDirs, "assignReplicasToDirs", (_, request) => managers.Partitions.Assign(request));
    }

    public Operation<TRequest, TResponse> Find<TRequest, TResponse>(ControllerApi<TRequest, TResponse> api)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse> =>
        (Operation<TRequest, TResponse>?)_operations[(int)api.Range.ApiKey]
            ?? throw new ArgumentException($"{api.Range.ApiKey} is not served", nameof(api));

    private void Add<TRequest, TResponse>(
        ControllerApi<TRequest, TResponse> api, string name,
        Func<ControllerRequestContext, TRequest, CommandResult<MetadataRecord, TResponse>> command,
        bool awaitsLocalBroker = false)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse> =>
        _operations[(int)api.Range.ApiKey] = new Operation<TRequest, TResponse>(name, command, awaitsLocalBroker);

    private CommandResult<MetadataRecord, BrokerRegistrationResponse> Register(BrokerRegistrationRequest request)
    {
        var result = _managers.Registrations.Register(request, _nextOffset());
        _logger.BrokerRegistered(request.BrokerId, result.Response.BrokerEpoch, request.IncarnationId.ToString());
        return result;
    }

    private CommandResult<MetadataRecord, BrokerHeartbeatResponse> Process(BrokerHeartbeatRequest request)
    {
        var result = _managers.Heartbeats.Process(request);
        // The broker may stop once it has read what this heartbeat wrote: the offset is known when the records are appended.
        if (request.WantShutDown)
            _loop.Post(() => _managers.Heartbeats.Appended(request.BrokerId, _nextOffset()));
        return result;
    }

    /// <summary>One API of the controller.</summary>
    /// <param name="Name">Its name in Kafka's logs.</param>
    /// <param name="Command">Makes the records and the response.</param>
    /// <param name="AwaitsLocalBroker">Whether the response waits until this node's broker has acted on the records.</param>
    public sealed record Operation<TRequest, TResponse>(
        string Name, Func<ControllerRequestContext, TRequest, CommandResult<MetadataRecord, TResponse>> Command, bool AwaitsLocalBroker);
}
