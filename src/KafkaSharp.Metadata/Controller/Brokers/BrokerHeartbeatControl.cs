using KafkaSharp.Metadata.Controller.Replication;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Metadata.Controller.Brokers;

/// <summary>
/// Moves brokers between fenced, unfenced and shutting down as their heartbeats request, and fences those whose session has expired. On the
/// controller's event loop only.
/// </summary>
internal sealed class BrokerHeartbeatControl(
    ControllerState state, BrokerHeartbeats heartbeats, LeaderAndIsrControl leaders, ILogger logger)
{
    public CommandResult<MetadataRecord, BrokerHeartbeatResponse> Process(BrokerHeartbeatRequest request)
    {
        var broker = CheckEpoch(request.BrokerId, request.BrokerEpoch);
        var registered = state.RegistrationOffset(broker.Id);
        var current = Current(broker);
        var next = Next(current, broker, request, registered);
        var records = new List<MetadataRecord>();
        if (current != next)
        {
            Change(broker, next, records);
            // A fenced broker that asks again whether it may shut down changes nothing.
            if (records.Count > 0)
                logger.BrokerStateChanged(broker.Id, broker.Epoch, current.ToString(), next.ToString());
        }
        Cordon(broker, request, records);
        heartbeats.Touch(broker.Id, broker.Epoch, request.CurrentMetadataOffset);
        if (state.Features.MetadataVersionOrMinimum.IsDirectoryAssignmentSupported && request.OfflineLogDirs.Count > 0)
            leaders.DirectoriesOffline(broker, [.. request.OfflineLogDirs], records);
        return new(records, new BrokerHeartbeatResponse
        {
            IsCaughtUp = request.CurrentMetadataOffset >= registered,
            IsFenced = next is BrokerControlState.Fenced or BrokerControlState.ShutdownNow,
            ShouldShutDown = next == BrokerControlState.ShutdownNow,
        });
    }

    /// <summary>After the records of a heartbeat were appended: a shutdown ends when the other brokers have read up to here.</summary>
    public void Appended(int brokerId, long endOffset)
    {
        if (state.Image.Cluster.Broker(brokerId) is { InControlledShutdown: true, Fenced: false })
            heartbeats.BeginControlledShutdown(brokerId, endOffset);
    }

    /// <summary>The records that fence brokers whose session has ended.</summary>
    public CommandResult<MetadataRecord, bool> FenceExpiredBrokers()
    {
        var records = new List<MetadataRecord>();
        foreach (var id in heartbeats.Expired())
        {
            heartbeats.Remove(id);
            if (state.Image.Cluster.Broker(id) is not { Fenced: false } broker)
                continue;
            logger.BrokerStateChanged(id, broker.Epoch, Current(broker).ToString(), nameof(BrokerControlState.Fenced));
            Change(broker, BrokerControlState.Fenced, records);
            // The changes of a broker's partitions are made from the metadata before them: the next broker is fenced by the next command.
            if (records.Count > 0)
                return new(records, heartbeats.Expired().Count > 0) { OnCompleted = heartbeats.ExpectAgainAfterFailure(id, broker.Epoch) };
        }
        return new(records, false);
    }

    private BrokerRegistration CheckEpoch(int brokerId, long epoch)
    {
        var broker = state.Image.Cluster.Broker(brokerId)
            ?? throw new StateMachineException(ErrorCode.StaleBrokerEpoch, $"No broker registration found for broker id {brokerId}");
        return broker.Epoch == epoch
            ? broker
            : throw new StateMachineException(
                ErrorCode.StaleBrokerEpoch, $"Expected broker epoch {broker.Epoch}, but got broker epoch {epoch}");
    }

    private static BrokerControlState Current(BrokerRegistration broker) =>
        broker.Fenced ? BrokerControlState.Fenced
        : broker.InControlledShutdown ? BrokerControlState.ControlledShutdown
        : BrokerControlState.Unfenced;

    private BrokerControlState Next(BrokerControlState current, BrokerRegistration broker, BrokerHeartbeatRequest request, long registered)
    {
        switch (current)
        {
            case BrokerControlState.Fenced:
                if (request.WantShutDown)
                    return BrokerControlState.ShutdownNow;
                return request.WantFence || request.CurrentMetadataOffset < registered
                    ? BrokerControlState.Fenced
                    : BrokerControlState.Unfenced;
            case BrokerControlState.Unfenced:
                if (request.WantFence)
                    return request.WantShutDown ? BrokerControlState.ShutdownNow : BrokerControlState.Fenced;
                if (!request.WantShutDown)
                    return BrokerControlState.Unfenced;
                return leaders.HasLeaderships(broker.Id) ? BrokerControlState.ControlledShutdown : BrokerControlState.ShutdownNow;
            default:
                if (leaders.HasLeaderships(broker.Id))
                    return BrokerControlState.ControlledShutdown;
                return heartbeats.ControlledShutdownOffset(broker.Id) <= LowestActiveOffset()
                    ? BrokerControlState.ShutdownNow
                    : BrokerControlState.ControlledShutdown;
        }
    }

    private long LowestActiveOffset()
    {
        var active = state.Image.Cluster.Brokers.Values.Where(broker => broker is { Fenced: false, InControlledShutdown: false });
        return active.Select(broker => heartbeats.MetadataOffset(broker.Id)).DefaultIfEmpty(long.MaxValue).Min();
    }

    private void Change(BrokerRegistration broker, BrokerControlState next, List<MetadataRecord> records)
    {
        switch (next)
        {
            case BrokerControlState.Unfenced:
                records.Add(ChangeRecord(broker, 0, record => record.Fenced = -1));
                leaders.BrokerUnfenced(broker.Id, records);
                break;
            case BrokerControlState.ControlledShutdown:
                records.Add(ChangeRecord(broker, 1, record => record.InControlledShutdown = 1));
                leaders.BrokerLost(broker.Id, records);
                break;
            default:
                if (broker.Fenced)
                    break;
                leaders.BrokerLost(broker.Id, records);
                records.Add(ChangeRecord(broker, 0, record => record.Fenced = 1));
                break;
        }
    }

    private void Cordon(BrokerRegistration broker, BrokerHeartbeatRequest request, List<MetadataRecord> records)
    {
        if (!state.Features.MetadataVersionOrMinimum.IsCordonedLogDirsSupported || request.CordonedLogDirs is not { } cordoned)
            return;
        if (broker.CordonedDirectories is { } known && known.Order().SequenceEqual(cordoned.Order()))
            return;
        records.Add(ChangeRecord(broker, 3, record => record.CordonedLogDirs = [.. cordoned]));
    }

    private static MetadataRecord ChangeRecord(BrokerRegistration broker, short version, Action<BrokerRegistrationChangeRecord> set)
    {
        var record = new BrokerRegistrationChangeRecord { BrokerId = broker.Id, BrokerEpoch = broker.Epoch };
        set(record);
        return new MetadataRecord(record, version);
    }
}
