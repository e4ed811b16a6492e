using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>
/// Handles AlterPartition, with which leaders report their in-sync replicas (KIP-497), and AssignReplicasToDirs (KIP-858). On the
/// controller's event loop only.
/// </summary>
internal sealed class AlterPartitionControl(ControllerState state, LeaderAndIsrControl leaders)
{
    public CommandResult<MetadataRecord, AlterPartitionResponse> Alter(AlterPartitionRequest request)
    {
        CheckEpoch(request.BrokerId, request.BrokerEpoch);
        var records = new List<MetadataRecord>();
        var response = new AlterPartitionResponse();
        foreach (var wanted in request.Topics)
        {
            var topic = state.Image.Topics.Topic(wanted.TopicId);
            var result = new AlterPartitionResponse.TopicData { TopicId = wanted.TopicId };
            foreach (var partition in wanted.Partitions)
                result.Partitions.Add(Alter(request.BrokerId, topic, partition, records));
            response.Topics.Add(result);
        }
        return new(records, response);
    }

    public CommandResult<MetadataRecord, AssignReplicasToDirsResponse> Assign(AssignReplicasToDirsRequest request)
    {
        if (!state.Features.MetadataVersionOrMinimum.IsDirectoryAssignmentSupported)
            throw new StateMachineException(ErrorCode.UnsupportedVersion, "Directory assignment is not supported yet.");
        var broker = CheckEpoch(request.BrokerId, request.BrokerEpoch);
        var records = new List<MetadataRecord>();
        var leaderless = new List<MetadataRecord>();
        var response = new AssignReplicasToDirsResponse();
        foreach (var directory in request.Directories)
        {
            var result = new AssignReplicasToDirsResponse.DirectoryData { Id = directory.Id };
            foreach (var topic in directory.Topics)
            {
                var image = state.Image.Topics.Topic(topic.TopicId);
                result.Topics.Add(new AssignReplicasToDirsResponse.TopicData
                {
                    TopicId = topic.TopicId,
                    Partitions =
                    [
                        .. topic.Partitions.Select(partition => new AssignReplicasToDirsResponse.PartitionData
                        {
                            PartitionIndex = partition.PartitionIndex,
                            ErrorCode = Assign(broker, image, partition.PartitionIndex, directory.Id, records, leaderless),
                        }),
                    ],
                });
            }
            response.Directories.Add(result);
        }
        records.AddRange(leaderless);
        return new(records, response);
    }

    private BrokerRegistration CheckEpoch(int brokerId, long epoch) =>
        state.Image.Cluster.Broker(brokerId) is { } broker && broker.Epoch == epoch
            ? broker
            : throw new StateMachineException(ErrorCode.StaleBrokerEpoch, ErrorCode.StaleBrokerEpoch.Message());

    private ErrorCode Assign(
        BrokerRegistration broker, TopicImage? topic, int id, Uuid directory, List<MetadataRecord> records, List<MetadataRecord> leaderless)
    {
        if (topic is null)
            return ErrorCode.UnknownTopicId;
        if (topic.Partition(id) is not { } partition)
            return ErrorCode.UnknownTopicOrPartition;
        if (!partition.IsReplica(broker.Id))
            return ErrorCode.NotLeaderOrFollower;
        var moved = leaders.Change(topic, id, partition);
        moved.MovedDirectories = new Dictionary<int, Uuid> { [broker.Id] = directory };
        if (!broker.HasOnlineDirectory(directory))
        {
            // The replica is now in an offline directory.
            moved.Isr = [.. partition.Isr.Where(replica => replica != broker.Id)];
            var outside = leaders.Change(topic, id, partition, other => other != broker.Id && state.IsActiveBroker(other));
            outside.MovedDirectories = moved.MovedDirectories;
            outside.Isr = moved.Isr;
            moved = outside;
        }
        if (moved.Build() is { } record)
            (((PartitionChangeRecord)record.Message).Leader == PartitionRegistration.NoLeader ? leaderless : records).Add(record);
        return ErrorCode.None;
    }

    private AlterPartitionResponse.PartitionData Alter(
        int brokerId, TopicImage? topic, AlterPartitionRequest.PartitionData request, List<MetadataRecord> records)
    {
        if (topic is null)
            return Fault(request.PartitionIndex, ErrorCode.UnknownTopicId);
        if (topic.Partition(request.PartitionIndex) is not { } partition)
            return Fault(request.PartitionIndex, ErrorCode.UnknownTopicOrPartition);
        int[] isr = request.NewIsrWithEpochs.Count > 0
            ? [.. request.NewIsrWithEpochs.Select(broker => broker.BrokerId)]
            : [.. request.NewIsr];
        var error = Check(brokerId, partition, request, isr);
        if (error != ErrorCode.None)
            return Fault(request.PartitionIndex, error);
        var builder = leaders.Change(topic, request.PartitionIndex, partition);
        builder.Isr = isr;
        builder.RecoveryState = (LeaderRecoveryState)request.LeaderRecoveryState;
        var after = partition;
        if (builder.Build() is { } record)
        {
            records.Add(record);
            after = partition.Merge((PartitionChangeRecord)record.Message);
            // The change completed a reassignment and moved the leadership: the sender no longer leads.
            if (after.LeaderEpoch != partition.LeaderEpoch)
                return Fault(request.PartitionIndex, partition.IsReassigning ? ErrorCode.NewLeaderElected : ErrorCode.FencedLeaderEpoch);
        }
        return new AlterPartitionResponse.PartitionData
        {
            PartitionIndex = request.PartitionIndex,
            LeaderId = after.Leader,
            Isr = [.. after.Isr],
            LeaderRecoveryState = (sbyte)after.LeaderRecoveryState,
            LeaderEpoch = after.LeaderEpoch,
            PartitionEpoch = after.PartitionEpoch,
        };
    }

    private ErrorCode Check(int brokerId, PartitionRegistration partition, AlterPartitionRequest.PartitionData request, int[] isr)
    {
        // From the future: the broker saw a newer controller than this one is.
        if (request.LeaderEpoch > partition.LeaderEpoch || request.PartitionEpoch > partition.PartitionEpoch)
            return ErrorCode.NotController;
        if (request.LeaderEpoch < partition.LeaderEpoch)
            return ErrorCode.FencedLeaderEpoch;
        if (brokerId != partition.Leader)
            return ErrorCode.InvalidRequest;
        if (request.PartitionEpoch < partition.PartitionEpoch)
            return ErrorCode.InvalidUpdateVersion;
        if (isr.Length == 0 || isr.Except(partition.Replicas).Any() || isr.Distinct().Count() != isr.Length)
            return ErrorCode.InvalidRequest;
        if (!isr.Contains(partition.Leader))
            return ErrorCode.InvalidRequest;
        var recovery = (LeaderRecoveryState)request.LeaderRecoveryState;
        if (recovery == LeaderRecoveryState.Recovering
            && (isr.Length > 1 || partition.LeaderRecoveryState == LeaderRecoveryState.Recovered))
        {
            return ErrorCode.InvalidRequest;
        }
        var epochs = request.NewIsrWithEpochs.ToDictionary(broker => broker.BrokerId, broker => broker.BrokerEpoch);
        foreach (var replica in isr)
        {
            var known = state.Image.Cluster.BrokerEpoch(replica);
            var stale = epochs.TryGetValue(replica, out var epoch) && epoch != -1 && epoch != known;
            if (!state.IsActiveBroker(replica) || stale)
                return ErrorCode.IneligibleReplica;
        }
        return ErrorCode.None;
    }

    private static AlterPartitionResponse.PartitionData Fault(int partition, ErrorCode error) =>
        new() { PartitionIndex = partition, ErrorCode = error };
}
