using System.Collections.Concurrent;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Replication;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>
/// Creates topics that clients ask for and that are not there (<c>auto.create.topics.enable</c>), and waits until this broker serves them.
/// Who asks for one that is being created waits for the same creation. For any thread.
/// </summary>
sealed class AutoTopicCreation(QuorumController controller, Func<MetadataImage> image, ConfigValues values)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Lazy<Task<ErrorCode>>> _running = new(StringComparer.Ordinal);

    /// <summary>Creates those of the topics that are missing, where that is allowed; null where nothing was to do.</summary>
    public async ValueTask<IReadOnlyDictionary<string, ErrorCode>?> CreateMissingAsync(IEnumerable<string> topics, string principal)
    {
        if (!values.Get(MetadataConfigs.AutoCreateTopicsEnable))
            return null;
        var known = image().Topics;
        Dictionary<string, Task<ErrorCode>>? creations = null;
        foreach (var name in topics)
        {
            // Internal topics are created by their coordinators, with settings of their own.
            if (known.Topic(name) is not null || TopicName.IsInternal(name) || TopicName.Invalid(name) is not null)
                continue;
            var creation = _running.GetOrAdd(name, topic => new Lazy<Task<ErrorCode>>(() => CreateAsync(topic, principal)));
            (creations ??= [])[name] = creation.Value;
        }
        if (creations is null)
            return null;
        var results = new Dictionary<string, ErrorCode>(creations.Count, StringComparer.Ordinal);
        foreach (var (name, creation) in creations)
            results[name] = await creation.ConfigureAwait(false);
        return results;
    }

    private async Task<ErrorCode> CreateAsync(string name, string principal)
    {
        try
        {
            var request = new CreateTopicsRequest { Topics = [new() { Name = name, NumPartitions = -1, ReplicationFactor = -1 }] };
            var context = new ControllerRequestContext(principal, Patience);
            var response = await controller.CreateTopicsAsync(context, request).ConfigureAwait(false);
            return response.Topics[0].ErrorCode switch
            {
                // Somebody else was faster, or the answer is late: the client asks again.
                ErrorCode.TopicAlreadyExists or ErrorCode.RequestTimedOut or ErrorCode.NotController => ErrorCode.LeaderNotAvailable,
                var code => code,
            };
        }
        finally
        {
            _running.TryRemove(name, out _);
        }
    }
}
