using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Configuration;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Requests the creation of the topic of the group coordinator from the controller when it is first needed. Safe for use from any thread.
/// </summary>
internal sealed class InternalTopicCreator
{
    private static readonly TimeSpan CreationTimeout = TimeSpan.FromSeconds(10);

    private readonly ControllerClient _controller;
    private readonly ConfigValues _values;
    private readonly ILogger<InternalTopicCreator> _logger;
    private readonly SingleFlight<ErrorCode> _creation;

    // Read and written by one creation at a time.
    private string? _lastReason;

    public InternalTopicCreator(ControllerClient controller, ConfigValues values, ILogger<InternalTopicCreator> logger)
    {
        _controller = controller;
        _values = values;
        _logger = logger;
        _creation = new SingleFlight<ErrorCode>(CreateAsync);
    }

    /// <summary>
    /// Creates the topic unless it exists or is being created, and waits, up to 10 seconds, until this broker's own metadata contains it.
    /// Does not fail: the reason why a topic could not be created is logged, and the caller checks whether it exists.
    /// </summary>
    public Task EnsureOffsetsTopicAsync() => _creation.RunAsync();

    private async Task<ErrorCode> CreateAsync()
    {
        var request =
            new CreateTopicsRequest { Topics = [OffsetsTopic.ToCreate(_values)], TimeoutMs = (int)CreationTimeout.TotalMilliseconds };
        // The response comes when this broker itself serves the topic.
        var context = ControllerRequestContext.Internal with { Timeout = CreationTimeout };
        var result = (await _controller.SendAsync(ControllerApis.CreateTopics, context, request)).Topics[0];
        var reason = result.ErrorCode is ErrorCode.None or ErrorCode.TopicAlreadyExists ? null
            : result.ErrorMessage ?? result.ErrorCode.Message();
        // Clients ask each second for a coordinator that does not exist: the reason is logged when it is new.
        if (reason is not null && reason != _lastReason)
            _logger.InternalTopicNotCreated(result.Name, reason, Remedy(result.ErrorCode));
        _lastReason = reason;
        return result.ErrorCode;
    }

    private string Remedy(ErrorCode error) => error == ErrorCode.InvalidReplicationFactor
        ? $"Groups cannot work without it. {GroupConfigs.OffsetsTopicReplicationFactor.Name} is "
            + $"{_values.Get(GroupConfigs.OffsetsTopicReplicationFactor)}: set it to at most the number of brokers, which is 1 for a "
            + "single node, and restart."
        : "Groups cannot work without it. It is tried again when a client asks for its coordinator.";
}
