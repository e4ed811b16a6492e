using KafkaSharp.Metadata.Controller.Configs;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>What the coming and going of brokers and directories does to leaders and ISRs. On the controller's event loop only.</summary>
internal sealed class LeaderAndIsrControl(ControllerState state, TopicSettings settings)
{
    /// <summary>A partition's place in the metadata.</summary>
    public readonly record struct Place(TopicImage Topic, int Id, PartitionRegistration Partition);

    /// <summary>Whether any partition is led by the broker.</summary>
    public bool HasLeaderships(int brokerId) => Partitions().Any(place => place.Partition.Leader == brokerId);

    /// <summary>The broker was fenced, unregistered, or shuts down: it leaves all ISRs.</summary>
    public void BrokerLost(int brokerId, List<MetadataRecord> records) =>
        Update(Partitions().Where(place => place.Partition.IsInIsr(brokerId)), records, lost: brokerId);

    /// <summary>The broker may lead again: partitions without a leader may have one.</summary>
    public void BrokerUnfenced(int brokerId, List<MetadataRecord> records) =>
        Update(Partitions().Where(place => !place.Partition.HasLeader && place.Partition.IsReplica(brokerId)), records, added: brokerId);

    /// <summary>The broker comes back as a new incarnation; after an unclean shutdown it may lack records it had acknowledged.</summary>
    public void BrokerRestarted(int brokerId, bool clean, List<MetadataRecord> records)
    {
        if (clean)
            BrokerLost(brokerId, records);
        else
            Update(Partitions().Where(p => p.Partition.IsInIsr(brokerId) || p.Partition.IsInElr(brokerId)), records, unclean: brokerId);
    }

    /// <summary>Directories of a broker failed: its replicas there leave all ISRs.</summary>
    public void DirectoriesOffline(BrokerRegistration broker, IReadOnlyCollection<Uuid> offline, List<MetadataRecord> records)
    {
        var lost = broker.Directories.Where(offline.Contains).ToArray();
        if (lost.Length == 0)
            return;
        var affected = Partitions()
            .Where(place => place.Partition.IsInIsr(broker.Id))
            .Where(place => place.Partition.Directory(broker.Id) is { } directory && lost.Contains(directory));
        Update(affected, records, lost: broker.Id);
        records.Add(new MetadataRecord(
            new BrokerRegistrationChangeRecord
            {
                BrokerId = broker.Id,
                BrokerEpoch = broker.Epoch,
                LogDirs = [.. broker.Directories.Except(lost).Order()],
            }, 2));
    }

    /// <summary>A builder for a change of a partition, with everything the cluster has to say to it.</summary>
    public PartitionChangeBuilder Change(TopicImage topic, int id, PartitionRegistration partition, Func<int,
        bool>? isAcceptableLeader = null)
    {
        var builder = new PartitionChangeBuilder(
            partition, topic.Id, id, AcceptLeader(partition, isAcceptableLeader ?? state.IsActiveBroker), state.Features,
            settings.EffectiveMinIsr(topic))
        {
            DefaultDirectory = DefaultDirectory,
        };
        if (settings.IsUncleanElectionEnabled(topic.Name))
            builder.Election = PartitionElection.Unclean;
        return builder;
    }

    /// <summary>The directory of a new replica: the broker's only one; with several, the broker chooses and reports it later.</summary>
    public Uuid DefaultDirectory(int brokerId) =>
        state.Image.Cluster.Broker(brokerId) is { Directories: [var only] } ? only : DirectoryId.Unassigned;

    public IEnumerable<Place> Partitions()
    {
        foreach (var topic in state.Image.Topics.ById.Values)
        {
            foreach (var (id, partition) in topic.Partitions)
                yield return new Place(topic, id, partition);
        }
    }

    private void Update(IEnumerable<Place> places, List<MetadataRecord> records, int? lost = null, int? added = null, int? unclean = null)
    {
        foreach (var (topic, id, partition) in places)
        {
            // The broker that is being unfenced still counts as fenced while its records are made.
            var builder = Change(
                topic, id, partition, broker => broker != lost && broker != unclean && (broker == added || state.IsActiveBroker(broker)));
            builder.UncleanShutdownReplica = unclean;
            builder.Isr = [.. partition.Isr.Where(replica => replica != lost && replica != unclean)];
            if (builder.Build() is { } record)
                records.Add(record);
        }
    }

    private Func<int, bool> AcceptLeader(PartitionRegistration partition, Func<int, bool> isAcceptable) => broker =>
        isAcceptable(broker)
        && state.Image.Cluster.Broker(broker) is { } registration
        && partition.Directory(broker) is { } directory
        && registration.HasOnlineDirectory(directory);
}
