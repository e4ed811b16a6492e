using KafkaSharp.Metadata.Controller.Replication;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.Brokers;

/// <summary>
/// Registers and unregisters brokers and controllers (the registrations of Kafka's <c>ClusterControlManager</c>). On the controller's event
/// loop only.
/// </summary>
internal sealed class BrokerRegistrationControl(
    QuorumControllerOptions options, ControllerState state, BrokerHeartbeats heartbeats, LeaderAndIsrControl leaders)
{
    // PLAINTEXT 0, SSL, SASL_PLAINTEXT, SASL_SSL.
    private const short LastSecurityProtocol = 3;

    /// <param name="request">What the broker says of itself.</param>
    /// <param name="newEpoch">The epoch of a new incarnation: the offset of the first record written here.</param>
    public CommandResult<MetadataRecord, BrokerRegistrationResponse> Register(BrokerRegistrationRequest request, long newEpoch)
    {
        if (request.ClusterId != options.ClusterId)
        {
            throw new StateMachineException(
                ErrorCode.InconsistentClusterId, $"Expected cluster ID {options.ClusterId}, but got cluster ID {request.ClusterId}");
        }
        var existing = state.Image.Cluster.Broker(request.BrokerId);
        CheckIncarnation(request, existing);
        if (request.IsMigratingZkBroker)
            throw new StateMachineException(ErrorCode.BrokerIdNotRegistered, "Controller does not support registering ZK brokers.");
        foreach (var listener in request.Listeners)
            CheckListener(listener.Name, listener.Host, listener.SecurityProtocol);
        var version = state.Features.MetadataVersionOrMinimum;
        if (version.IsDirectoryAssignmentSupported)
            CheckDirectories(request);
        CheckFeatures(request);

        var records = new List<MetadataRecord>();
        var record = RegistrationRecords.ToRecord(request, version);
        if (existing is null || existing.IncarnationId != request.IncarnationId)
        {
            // Without eligible leader replicas the previous epoch says nothing, and the shutdown counts as clean.
            var clean = !state.Features.IsElrEnabled || (existing?.Epoch ?? -2) == request.PreviousBrokerEpoch;
            leaders.BrokerRestarted(request.BrokerId, clean, records);
            record.BrokerEpoch = newEpoch;
        }
        else
        {
            record.BrokerEpoch = existing.Epoch;
            record.Fenced = existing.Fenced;
            record.InControlledShutdown = existing.InControlledShutdown;
        }
        records.Add(new MetadataRecord(record, version.RegisterBrokerRecordVersion));
        heartbeats.Touch(request.BrokerId, record.BrokerEpoch, -1);
        return new(records, new BrokerRegistrationResponse { BrokerEpoch = record.BrokerEpoch }, IsAtomic: true);
    }

    public CommandResult<MetadataRecord, UnregisterBrokerResponse> Unregister(UnregisterBrokerRequest request)
    {
        var registration = state.Image.Cluster.Broker(request.BrokerId)
            ?? throw new StateMachineException(ErrorCode.BrokerIdNotRegistered,
                $"Broker ID {request.BrokerId} is not currently registered");
        var records = new List<MetadataRecord>();
        leaders.BrokerLost(request.BrokerId, records);
        records.Add(new MetadataRecord(new UnregisterBrokerRecord { BrokerId = request.BrokerId, BrokerEpoch = registration.Epoch }, 0));
        heartbeats.Remove(request.BrokerId);
        return new(records, new UnregisterBrokerResponse())
        {
            OnCompleted = heartbeats.ExpectAgainAfterFailure(request.BrokerId, registration.Epoch),
        };
    }

    public CommandResult<MetadataRecord, ControllerRegistrationResponse> Register(ControllerRegistrationRequest request)
    {
        if (!state.Features.MetadataVersionOrMinimum.IsControllerRegistrationSupported)
            throw new StateMachineException(ErrorCode.UnsupportedVersion,
                "The current MetadataVersion is too old to support controller registrations.");
        foreach (var listener in request.Listeners)
            CheckListener(listener.Name, listener.Host, listener.SecurityProtocol);
        var record = RegistrationRecords.ToRecord(request);
        return new([new MetadataRecord(record, 0)], new ControllerRegistrationResponse { ErrorMessage = "" });
    }

    // Apache Kafka's controller fails and resigns; a record with such a listener would end every node that reads it.
    private static void CheckListener(string name, string host, short securityProtocol)
    {
        if (name.Length == 0 || host.Length == 0 || securityProtocol is < 0 or > LastSecurityProtocol)
        {
            throw new StateMachineException(
                ErrorCode.InvalidRegistration,
                $"The listener '{name}' at the host '{host}' with the security protocol {securityProtocol} is invalid.");
        }
    }

    private void CheckIncarnation(BrokerRegistrationRequest request, BrokerRegistration? existing)
    {
        if (existing is null || existing.IncarnationId == request.IncarnationId || existing.InControlledShutdown)
            return;
        // The successor need not wait for the session to end.
        if (request.BrokerId == options.NodeId && request.IncarnationId == options.LocalIncarnation)
            return;
        if (heartbeats.HasValidSession(request.BrokerId, existing.Epoch))
        {
            throw new StateMachineException(
                ErrorCode.DuplicateBrokerRegistration,
                "Another broker is registered with that broker id. If the broker was recently restarted this should self-resolve once the "
                + "heartbeat manager expires the broker's session.");
        }
    }

    private void CheckDirectories(BrokerRegistrationRequest request)
    {
        if (request.LogDirs.Count == 0)
            throw new StateMachineException(ErrorCode.InvalidRegistration, "No directories specified in request");
        if (request.LogDirs.Any(DirectoryId.IsReserved))
            throw new StateMachineException(ErrorCode.InvalidRegistration, "Reserved directory ID in request");
        if (request.LogDirs.Distinct().Count() != request.LogDirs.Count)
            throw new StateMachineException(ErrorCode.InvalidRegistration, "Duplicate directory ID in request");
        foreach (var other in state.Image.Cluster.Brokers.Values.Where(broker => broker.Id != request.BrokerId))
        {
            foreach (var directory in request.LogDirs.Where(other.Directories.Contains))
            {
                throw new StateMachineException(
                    ErrorCode.InvalidRegistration, $"Broker {other.Id} is already registered with directory {directory}");
            }
        }
    }

    // As in Kafka, a feature that is not finalized has level 0, which a broker that names the feature must support too.
    private void CheckFeatures(BrokerRegistrationRequest request)
    {
        foreach (var feature in request.Features)
            CheckLevel(feature.Name, feature.MinSupportedVersion, feature.MaxSupportedVersion);
        if (request.Features.All(feature => feature.Name != FeatureNames.MetadataVersion))
        {
            throw new StateMachineException(
                ErrorCode.InvalidRegistration, $"Request features do not contain '{FeatureNames.MetadataVersion}'");
        }
        foreach (var (name, _) in state.Features.All().Where(finalized => request.Features.All(feature => feature.Name != finalized.Key)))
            CheckLevel(name, 0, 0);
    }

    private void CheckLevel(string name, short min, short max)
    {
        var level = state.Features.Level(name);
        if (level < min || level > max)
        {
            throw new StateMachineException(
                ErrorCode.UnsupportedVersion,
                $"Unable to register because the broker does not support finalized version {level} of {name}. "
                + $"The broker wants a version between {min} and {max}, inclusive.");
        }
    }
}
