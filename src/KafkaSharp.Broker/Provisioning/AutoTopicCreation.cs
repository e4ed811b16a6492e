using System.Collections.Concurrent;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Provisioning;

/// <summary>
/// Creates topics that clients request and that do not exist (Kafka's <c>AutoTopicCreationManager</c>, <c>auto.create.topics.enable</c>),
/// and waits until this broker serves them. The missing topics of one request are one request to the controller, under its limits. A topic
/// that is being created is waited for, not requested again. Thread-safe.
/// </summary>
internal sealed class AutoTopicCreation(
    ControllerClient controller, Func<MetadataImage> image, ConfigValues values, ILogger<AutoTopicCreation> logger)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Task> _creating = new(StringComparer.Ordinal);

    /// <summary>
    /// Creates those of the topics that are missing, where that is allowed. The task does not fail; whether a topic exists now is seen in
    /// the metadata, and why it could not be created in the log.
    /// </summary>
    public async ValueTask CreateMissingAsync(IEnumerable<string> topics, ControllerRequestContext context)
    {
        if (!values.Get(MetadataConfigs.AutoCreateTopicsEnable))
            return;
        var known = image().Topics;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        List<string> missing = [];
        HashSet<Task> others = [];
        foreach (var name in topics)
        {
            // Internal topics are created by their coordinators, with settings of their own.
            if (known.Topic(name) is not null || TopicName.IsInternal(name) || TopicName.Invalid(name) is not null)
                continue;
            var creating = _creating.GetOrAdd(name, done.Task);
            if (creating != done.Task)
                others.Add(creating);
            else
                missing.Add(name);
        }
        if (missing.Count > 0)
        {
            try
            {
                await CreateAsync([.. missing.Distinct(StringComparer.Ordinal)], context with { Timeout = s_timeout });
            }
            finally
            {
                foreach (var name in missing)
                    _creating.TryRemove(name, out _);
                done.SetResult();
            }
        }
        await Task.WhenAll(others);
    }

    private async Task CreateAsync(IReadOnlyList<string> names, ControllerRequestContext context)
    {
        var request = new CreateTopicsRequest
        {
            Topics = [.. names.Select(
                name => new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = -1, ReplicationFactor = -1 })],
        };
        var response = await controller.SendAsync(ControllerApis.CreateTopics, context with { ApiVersion = null }, request);
        var failed = response.Topics.Where(topic => topic.ErrorCode is not (ErrorCode.None or ErrorCode.TopicAlreadyExists)).ToList();
        if (failed is [var first, ..])
            logger.AutoCreationFailed(failed.Count, first.Name, first.ErrorCode, first.ErrorMessage);
    }
}
