using KafkaSharp.Configuration;
using KafkaSharp.Coordinators;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Has the controller create the topic that the group coordinator keeps its state in, when it is first needed. Safe for use from any thread.
/// </summary>
sealed class InternalTopicCreator(ControllerClient controller, ConfigValues values, ILogger<InternalTopicCreator> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Task? _running;

    /// <summary>
    /// Has the topic created unless it is there or being created, and waits until this broker's own metadata shows it, though not for long.
    /// Whoever needs the topic looks whether it is there: that it could not be created is in the log.
    /// </summary>
    public Task EnsureOffsetsTopicAsync()
    {
        lock (_gate)
            return _running ??= CreateAsync(OffsetsTopic.ToCreate(values));
    }

    private async Task CreateAsync(CreateTopicsRequest.CreatableTopic topic)
    {
        // Off the lock that the caller holds, so that an answer that is there at once can't be overwritten by its own question.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var request = new CreateTopicsRequest { Topics = [topic], TimeoutMs = (int)Patience.TotalMilliseconds };
            // Answered when this broker itself serves the topic.
            var context = ControllerRequestContext.Internal with { Timeout = Patience };
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
