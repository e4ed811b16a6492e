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
sealed class InternalTopicCreator(ControllerClient controller, ConfigValues values, ILogger<InternalTopicCreator> logger)
{
    private static readonly TimeSpan CreationTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Task? _running;

    /// <summary>
    /// Creates the topic unless it exists or is being created, and waits, up to 10 seconds, until this broker's own metadata contains it.
    /// Does not fail: the reason why a topic could not be created is logged, and the caller checks whether it exists.
    /// </summary>
    public Task EnsureOffsetsTopicAsync()
    {
        lock (_gate)
            return _running ??= CreateAsync(OffsetsTopic.ToCreate(values));
    }

    private async Task CreateAsync(CreateTopicsRequest.CreatableTopic topic)
    {
        // Outside the lock that the caller holds: the task must be stored before it can end.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var request = new CreateTopicsRequest { Topics = [topic], TimeoutMs = (int)CreationTimeout.TotalMilliseconds };
            // The response comes when this broker itself serves the topic.
            var context = ControllerRequestContext.Internal with { Timeout = CreationTimeout };
            var response = await controller.SendAsync(ControllerApis.CreateTopics, context, request).ConfigureAwait(false);
            if (response.Topics[0].ErrorCode is not (ErrorCode.None or ErrorCode.TopicAlreadyExists))
                logger.InternalTopicNotCreated(topic.Name, response.Topics[0].ErrorMessage ?? response.Topics[0].ErrorCode.ToString());
        }
        finally
        {
            lock (_gate)
                _running = null;
        }
    }
}
