using KafkaSharp.Metadata.Controller.Brokers;
using KafkaSharp.Metadata.Controller.Replication;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller;

/// <summary>
/// The periodic work of an active controller: a no-op record after an idle interval, which shows that the quorum works; the fencing of
/// brokers whose session has expired; moving leadership back to preferred replicas. Made when a controller becomes active, stopped when it
/// no longer is. On the controller's event loop only.
/// </summary>
internal sealed class ControllerTimers(
    EventLoop loop, StateMachineHost<MetadataRecord> host, QuorumControllerOptions options, BrokerHeartbeats heartbeats,
    BrokerHeartbeatControl brokers, ElectionControl elections)
{
    private const int BalancedPerTurn = 1000;

    private readonly List<EventLoopTimer> _timers = [];
    private long _lastAppended = -1;
    private bool _stopped;

    public void Start()
    {
        if (options.MaxIdleInterval > TimeSpan.Zero)
            Schedule(options.MaxIdleInterval, WriteNoOp);
        Schedule(options.BrokerSessionTimeout, FenceExpiredBrokers);
        if (options.LeaderImbalanceCheckInterval is { } interval)
            Schedule(interval, BalanceLeaders);
    }

    public void Stop()
    {
        _stopped = true;
        foreach (var timer in _timers)
            timer.Cancel();
    }

    private void WriteNoOp()
    {
        if (host.AppendedOffset == _lastAppended)
        {
            Write("writeNoOpRecord", () =>
            {
                _lastAppended = host.AppendedOffset + 1;
                return new([new MetadataRecord(new NoOpRecord(), 0)], true);
            });
        }
        _lastAppended = host.AppendedOffset;
        Schedule(options.MaxIdleInterval, WriteNoOp);
    }

    private void FenceExpiredBrokers() => Write("maybeFenceStaleBroker", () =>
    {
        var result = brokers.FenceExpiredBrokers();
        var more = result.Response;
        var next = more ? TimeSpan.Zero : (heartbeats.UntilNextExpiry() ?? options.BrokerSessionTimeout) + TimeSpan.FromMilliseconds(1);
        Schedule(next, FenceExpiredBrokers);
        return result;
    });

    private void BalanceLeaders() => Write("maybeBalancePartitionLeaders", () =>
    {
        var result = elections.BalanceLeaders(BalancedPerTurn);
        Schedule(result.Response ? TimeSpan.FromMilliseconds(10) : options.LeaderImbalanceCheckInterval!.Value, BalanceLeaders);
        return result;
    });

    // The commit is not awaited; the host logs a fault.
    private void Write(string name, Func<CommandResult<MetadataRecord, bool>> command) =>
        _ = host.WriteAsync(name, command).ContinueWith(
            static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private void Schedule(TimeSpan delay, Action action)
    {
        if (_stopped)
            return;
        _timers.RemoveAll(timer => !timer.IsPending);
        _timers.Add(loop.Schedule(delay, action));
    }
}
