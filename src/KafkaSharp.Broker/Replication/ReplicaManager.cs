using System.Collections.Concurrent;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Replication;

/// <summary>
/// The partitions this broker holds, by name and by topic id (Kafka's <c>ReplicaManager</c>). Changes come from the metadata, one
/// after another; look-ups are lock-free from any thread.
/// </summary>
internal sealed class ReplicaManager(BrokerConfiguration configuration, LogManager logs, ILogger logger)
    : IMetadataPublisher
{
    private readonly int _nodeId = configuration.NodeId;
    private readonly ConcurrentDictionary<TopicPartition, Partition> _byName = new();
    private readonly ConcurrentDictionary<(Uuid TopicId, int Partition), Partition> _byId = new();
    private readonly ConcurrentDictionary<TopicPartition, ErrorCode> _offline = new();
    private volatile MetadataImage _image = MetadataImage.Empty;
    private bool _started;

    // The logs that one update of the metadata has created.
    private readonly List<TopicPartition> _created = [];

    public string Name => "ReplicaManager";

    /// <summary>Called when other log directories are cordoned than before.</summary>
    public Action? Cordoned { get; set; }

    /// <summary>The replicas whose logs wait for space on the disk.</summary>
    public UncreatedLogs Uncreated { get; } = new();

    /// <summary>The assignments of replicas to log directories that the controller does not know yet.</summary>
    public DirectoryAssignments Assignments { get; } = new();

    /// <summary>
    /// The partition of a name. Else why not: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER where other brokers hold it,
    /// KAFKA_STORAGE_ERROR where its log directory failed.
    /// </summary>
    public ErrorCode Find(TopicPartition name, out Partition? partition)
    {
        if (_byName.TryGetValue(name, out partition))
            return ErrorCode.None;
        if (_offline.ContainsKey(name) || logs.IsOffline(name))
            return ErrorCode.KafkaStorageError;
        return _image.Topics.Partition(name.Topic, name.Partition) is null
            ? ErrorCode.UnknownTopicOrPartition
            : ErrorCode.NotLeaderOrFollower;
    }

    /// <summary>The partition of a topic id; UNKNOWN_TOPIC_ID where no topic has it (KIP-516).</summary>
    public ErrorCode Find(Uuid topicId, int number, out Partition? partition)
    {
        if (_byId.TryGetValue((topicId, number), out partition))
            return ErrorCode.None;
        return _image.Topics.Topic(topicId) is { } topic
            ? Find(new TopicPartition(topic.Name, number), out partition)
            : ErrorCode.UnknownTopicId;
    }

    /// <summary>The name of the topic with an id; null where no topic has it.</summary>
    public string? NameOf(Uuid topicId) => _image.Topics.Topic(topicId)?.Name;

    /// <summary>Begins to move a replica to another log directory: see <see cref="LogManager.AlterDirectory"/>.</summary>
    public ErrorCode AlterDirectory(TopicPartition name, string path) =>
        logs.AlterDirectory(name, path, isUnavailable: _offline.ContainsKey(name)) switch
        {
            // As in Kafka, the old name of NOT_LEADER_OR_FOLLOWER, for a replica of other brokers.
            ErrorCode.ReplicaNotAvailable when Find(name, out _) is ErrorCode.UnknownTopicOrPartition => ErrorCode.UnknownTopicOrPartition,
            var error => error,
        };

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage newImage)
    {
        if (delta.Configs is { } configs)
            UpdateConfigs(configs, newImage);
        if (delta.Configs is not null || delta.Features is not null || !_started)
            Cordon(newImage);
        var isFirst = !_started;
        if (isFirst)
        {
            _started = true;
            logs.MoveApproval = new MoveAssignments(Assignments, () => AssignsDirectories(_image));
            logs.SetStraysAside(
                log => RegistrationOf(log, newImage)?.IsReplica(_nodeId) != true,
                log => RegistrationOf(log, newImage)?.Directory(_nodeId) is { } assigned && assigned == logs.DirectoryOf(log).Id,
                log => RegistrationOf(log, newImage)?.Directory(_nodeId) is { } assigned && !IsHere(assigned));
        }
        List<Partition> gone = [];
        var assigns = AssignsDirectories(newImage);
        if (delta.Topics is { } topics)
        {
            var changes = topics.LocalChanges(_nodeId);
            foreach (var deleted in changes.Deletes)
                Remove(deleted, newImage, gone);
            logs.Delete(changes.Deletes.Select(deleted => deleted.TopicPartition));
            foreach (var replica in changes.Leaders)
                Apply(replica, assigns);
            foreach (var replica in changes.Followers)
                Apply(replica, assigns);
        }
        // An update comes twice a second at least, with the leader's records that change nothing.
        Uncreated.TryAgain(replica => Apply(replica, assigns));
        LogCreated();
        // Published last, so that the partitions of every topic in the image can be found.
        _image = newImage;
        if (isFirst)
            logs.ContinueMoves();
        // After the image, because a fetch that is woken earlier would still find the deleted topic and return NOT_LEADER_OR_FOLLOWER.
        foreach (var partition in gone)
            partition.WakeAll();
    }

    /// <summary>
    /// Closes the logs of a failed directory, so that their partitions are not found any more, and wakes the requests that wait for them.
    /// </summary>
    public void OnDirectoryFailed(LogDirectoryFailure failure)
    {
        foreach (var name in failure.Partitions)
        {
            if (!_byName.TryRemove(name, out var partition))
                continue;
            Forget(partition, ErrorCode.KafkaStorageError);
            partition.WakeAll();
        }
    }

    private void UpdateConfigs(ConfigurationsDelta configs, MetadataImage image)
    {
        var brokerChanged = false;
        Dictionary<string, IReadOnlyDictionary<string, string>> topics = new(StringComparer.Ordinal);
        foreach (var (resource, values) in configs.Changes)
        {
            if (resource.Type == ConfigResourceType.Topic)
                topics[resource.Name] = values;
            else
                brokerChanged |= resource == ConfigResource.BrokerDefault || resource == ConfigResource.Broker(_nodeId);
        }
        if (topics.Count > 0)
            logs.UpdateTopicConfigs(topics);
        if (!brokerChanged)
            return;
        logs.UpdateBrokerConfig(DynamicConfigs.Merge(configuration, image.Configs));
        logs.MoveBytesPerSecond = DynamicConfigs.MoveBytesPerSecond(image.Configs, _nodeId);
    }

    private void Cordon(MetadataImage image)
    {
        var cordoned = image.Features.MetadataVersionOrMinimum.IsCordonedLogDirsSupported
            ? DynamicConfigs.CordonedLogDirs(configuration, image.Configs)
            : [];
        if (logs.SetCordoned(directory => cordoned.Contains("*") || cordoned.Contains(directory.Path)))
            Cordoned?.Invoke();
    }

    // A failure with one partition takes only that partition offline.
    private void Apply(LocalReplica replica, bool assignsDirectories)
    {
        var key = (replica.TopicId, replica.Partition.Partition);
        if (!_byId.TryGetValue(key, out var partition) && Open(replica) is { } log)
            partition = new Partition(new TopicIdPartition(replica.TopicId, replica.Partition), log, _nodeId);
        if (partition is null)
            return;
        try
        {
            partition.Update(replica.Registration);
        }
        catch (IOException e)
        {
            logs.Fail(logs.DirectoryOf(partition.Log), e);
            SetOffline(replica.Partition, ErrorCode.KafkaStorageError);
            Forget(partition, ErrorCode.KafkaStorageError);
            partition.WakeAll();
            return;
        }
        _byId[key] = partition;
        _byName[replica.Partition] = partition;
        _offline.TryRemove(replica.Partition, out _);
        Uncreated.Remove(replica.Partition);
        if (assignsDirectories && logs.DirectoryOf(partition.Log).Id is { } directory
            && replica.Registration.Directory(_nodeId) is var assigned && assigned != directory
            && !(assigned is { } other && logs.IsMovingTo(replica.Partition, other)))
            Assignments.Add(partition.Id, directory);
    }

    private PartitionLog? Open(LocalReplica replica)
    {
        PartitionLog? log = null;
        var error = ErrorCode.KafkaStorageError;
        var assigned = replica.Registration.Directory(_nodeId) ?? DirectoryId.Unassigned;
        var exists = logs.Get(replica.Partition) is not null;
        // Otherwise its records were in a directory that is not here any more: an empty log elsewhere would pass for them.
        if (exists || IsHere(assigned))
        {
            var isNew = replica.Registration.LeaderEpoch == 0;
            error = logs.GetOrCreate(replica.Partition, replica.TopicId, out log, isNew, assigned.IsZero ? null : assigned);
            if (!exists && log is not null)
                _created.Add(replica.Partition);
        }
        if (error != ErrorCode.None)
            SetOffline(replica.Partition, error);
        // The directory works, so what it lacked is space.
        if (error == ErrorCode.KafkaStorageError && IsHere(assigned) && !logs.IsOffline(replica.Partition))
            Uncreated.Add(replica);
        else if (error != ErrorCode.None)
            Uncreated.Remove(replica.Partition);
        return log;
    }

    private void LogCreated()
    {
        if (_created.Count > 0)
            logger.LogsCreated(_created.Count, _created[0]);
        _created.Clear();
    }

    private static bool AssignsDirectories(MetadataImage image) =>
        image.Features.MetadataVersionOrMinimum.IsDirectoryAssignmentSupported;

    private bool IsHere(Uuid directory) =>
        DirectoryId.IsOnline(directory, [.. logs.LiveDirectories.Where(d => d.Id is not null).Select(d => d.Id!.Value)]);

    private void SetOffline(TopicPartition partition, ErrorCode error)
    {
        var isNew = _offline.TryAdd(partition, error);
        _offline[partition] = error;
        _byName.TryRemove(partition, out _);
        if (isNew)
            logger.PartitionOffline(partition, error);
    }

    private void Remove(TopicIdPartition id, MetadataImage image, List<Partition> gone)
    {
        if (_byId.TryGetValue((id.TopicId, id.TopicPartition.Partition), out var partition))
        {
            _byName.TryRemove(new KeyValuePair<TopicPartition, Partition>(id.TopicPartition, partition));
            Forget(partition, image.Topics.Partition(id.TopicPartition.Topic, id.TopicPartition.Partition) is null
                ? ErrorCode.UnknownTopicOrPartition
                : ErrorCode.NotLeaderOrFollower);
            gone.Add(partition);
        }
        _offline.TryRemove(id.TopicPartition, out _);
        Uncreated.Remove(id.TopicPartition);
    }

    // A log that lost its partition.metadata to a power cut is known by its name: it is not a stray for that.
    private static PartitionRegistration? RegistrationOf(PartitionLog log, MetadataImage image) => log.TopicId is { } topicId
        ? image.Topics.Partition(topicId, log.TopicPartition.Partition)
        : image.Topics.Partition(log.TopicPartition.Topic, log.TopicPartition.Partition);

    private void Forget(Partition partition, ErrorCode error)
    {
        _byId.TryRemove((partition.Id.TopicId, partition.Id.TopicPartition.Partition), out _);
        partition.Close(error);
    }
}
