using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Requests the creation of the topic of a coordinator from the controller when it is first needed. Safe for use from any thread.
/// </summary>
internal sealed class InternalTopicCreator
{
    private static readonly TimeSpan CreationTimeout = TimeSpan.FromSeconds(10);

    private readonly ControllerClient _controller;
    private readonly Func<CreateTopicsRequest.CreatableTopic> _topic;
    private readonly string _dependents;
    private readonly ConfigKey<short> _replicationFactor;
    private readonly ILogger<InternalTopicCreator> _logger;
    private readonly SingleFlight<ErrorCode> _creation;

    // Read and written by one creation at a time.
    private string? _lastReason;

    /// <param name="controller">The controller.</param>
    /// <param name="topic">The topic to create.</param>
    /// <param name="dependents">What does not work without the topic, for logs.</param>
    /// <param name="replicationFactor">The key that sets the number of its replicas.</param>
    /// <param name="logger">Receives log messages.</param>
    public InternalTopicCreator(
        ControllerClient controller, Func<CreateTopicsRequest.CreatableTopic> topic, string dependents,
        ConfigKey<short> replicationFactor, ILogger<InternalTopicCreator> logger)
    {
        _controller = controller;
        _topic = topic;
        _dependents = dependents;
        _replicationFactor = replicationFactor;
        _logger = logger;
        _creation = new SingleFlight<ErrorCode>(CreateAsync);
    }

    /// <summary>
    /// Creates the topic unless it exists or is being created, and waits, up to 10 seconds, until this broker's own metadata contains it.
    /// Does not fail: the reason why a topic could not be created is logged, and the caller checks whether it exists.
    /// </summary>
    public Task EnsureCreatedAsync() => _creation.RunAsync();

    private async Task<ErrorCode> CreateAsync()
    {
        var topic = _topic();
        var request = new CreateTopicsRequest { Topics = [topic], TimeoutMs = (int)CreationTimeout.TotalMilliseconds };
        // The response comes when this broker itself serves the topic.
        var context = ControllerRequestContext.Internal with { Timeout = CreationTimeout };
        var result = (await _controller.SendAsync(ControllerApis.CreateTopics, context, request)).Topics[0];
        var reason = result.ErrorCode is ErrorCode.None or ErrorCode.TopicAlreadyExists ? null
            : result.ErrorMessage ?? result.ErrorCode.Message();
        // Clients ask each second for a coordinator that does not exist: the reason is logged when it is new.
        if (reason is not null && reason != _lastReason)
            _logger.InternalTopicNotCreated(result.Name, reason, Remedy(result.ErrorCode, topic.ReplicationFactor));
        _lastReason = reason;
        return result.ErrorCode;
    }

    private string Remedy(ErrorCode error, short replicas) => error == ErrorCode.InvalidReplicationFactor
        ? $"{_dependents} cannot work without it. {_replicationFactor.Name} is {replicas}: set it to at most the number of brokers, which "
            + "is 1 for a single node, and restart."
        : $"{_dependents} cannot work without it. It is tried again when a client asks for its coordinator.";
}
