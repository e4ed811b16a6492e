using System.Collections.Concurrent;
using KafkaSharp.Coordinators;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Coordination;

/// <summary>Asks the controller for the coordinators' topics; questions for one that is being created share its creation.</summary>
sealed class InternalTopicCreator(QuorumController controller, ConfigValues values, ILogger<InternalTopicCreator> logger)
    : IInternalTopicCreator
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Lazy<Task>> _running = new();

    public async Task EnsureAsync(string topic)
    {
        if (topic != OffsetsTopic.Name)
            return;
        try
        {
            var creation = _running.GetOrAdd(topic, name => new Lazy<Task>(() => CreateAsync(OffsetsTopic.ToCreate(values))));
            await creation.Value.ConfigureAwait(false);
        }
        finally
        {
            _running.TryRemove(topic, out _);
        }
    }

    private async Task CreateAsync(CreateTopicsRequest.CreatableTopic topic)
    {
        try
        {
            var request = new CreateTopicsRequest { Topics = [topic], TimeoutMs = (int)Patience.TotalMilliseconds };
            // Answered when this broker itself serves the topic.
            var context = ControllerRequestContext.Internal with { Timeout = Patience };
            var response = await controller.CreateTopicsAsync(context, request).ConfigureAwait(false);
            if (response.Topics[0].ErrorCode is not (ErrorCode.None or ErrorCode.TopicAlreadyExists))
                logger.InternalTopicNotCreated(topic.Name, response.Topics[0].ErrorMessage ?? response.Topics[0].ErrorCode.ToString());
        }
        catch (StateMachineException e)
        {
            logger.InternalTopicNotCreated(topic.Name, e.Message);
        }
    }
}
