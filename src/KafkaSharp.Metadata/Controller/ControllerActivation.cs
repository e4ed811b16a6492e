using KafkaSharp.Metadata.Controller.Brokers;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller;

/// <summary>What a controller writes first when it becomes active. On the controller's event loop only.</summary>
internal sealed class ControllerActivation(QuorumControllerOptions options, ControllerState state, ControlManagers managers)
{
    private const string BootstrapTransaction = "Bootstrap records";

    public CommandResult<MetadataRecord, bool> Activate()
    {
        var records = new List<MetadataRecord>();
        if (state.IsInTransaction)
            records.Add(new MetadataRecord(new AbortTransactionRecord { Reason = "Aborting the transaction of an earlier controller" }, 0));
        if (state.Features.MetadataVersion is null)
            Bootstrap(records);
        ExpectBrokers(managers.Sessions, state.Image.Cluster);
        return new(records, true, IsAtomic: true);
    }

    /// <summary>The controller's own registration, where it differs from the one in the log.</summary>
    public CommandResult<MetadataRecord, bool> RegisterSelf()
    {
        if (options.Registration is not { } registration
            || !state.Features.MetadataVersionOrMinimum.IsControllerRegistrationSupported
            || state.Image.Cluster.Controllers.GetValueOrDefault(options.NodeId)?.IncarnationId == registration.IncarnationId)
        {
            return new([], false);
        }
        return new(managers.Registrations.Register(registration).Records, true);
    }

    private void Bootstrap(List<MetadataRecord> records)
    {
        var version = options.BootstrapRecords.Select(record => record.Message).OfType<FeatureLevelRecord>()
            .FirstOrDefault(level => level.Name == FeatureNames.MetadataVersion)?.FeatureLevel ?? MetadataVersion.MinimumLevel;
        var inTransaction = new MetadataVersion(version).IsMetadataTransactionSupported;
        if (inTransaction)
            records.Add(new MetadataRecord(new BeginTransactionRecord { Name = BootstrapTransaction }, 0));
        records.AddRange(options.BootstrapRecords);
        var elr = options.BootstrapRecords.Any(record =>
            record.Message is FeatureLevelRecord { Name: FeatureNames.EligibleLeaderReplicas, FeatureLevel: > 0 });
        if (elr)
            managers.Configurations.EnableElr(records);
        if (inTransaction)
            records.Add(new MetadataRecord(new EndTransactionRecord(), 0));
    }

    // Brokers that are not fenced get a whole session to make themselves known to a new controller.
    private static void ExpectBrokers(BrokerHeartbeats sessions, ClusterImage cluster)
    {
        sessions.Clear();
        foreach (var broker in cluster.Brokers.Values.Where(broker => !broker.Fenced))
            sessions.Expect(broker.Id, broker.Epoch);
    }
}
