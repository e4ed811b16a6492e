using KafkaSharp.Metadata.Brokers;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Metadata.Replication;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller;

/// <summary>
/// What an active controller does unasked: a no-op record after silence, by which everyone sees that the quorum lives; fencing of silent
/// brokers; giving leadership back. Made when a controller becomes active, stopped when it is no more. On the controller's event loop only.
/// </summary>
sealed class ControllerTimers(
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
            Schedule(options.MaxIdleInterval, BreakSilence);
        Schedule(options.BrokerSessionTimeout, FenceSilentBrokers);
        if (options.LeaderImbalanceCheckInterval is { } interval)
            Schedule(interval, BalanceLeaders);
    }

    public void Stop()
    {
        _stopped = true;
        foreach (var timer in _timers)
            timer.Cancel();
    }

    private void BreakSilence()
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
        Schedule(options.MaxIdleInterval, BreakSilence);
    }

    private void FenceSilentBrokers() => Write("maybeFenceStaleBroker", () =>
    {
        var result = brokers.FenceSilentBrokers();
        var more = result.Response;
        var next = more ? TimeSpan.Zero : (heartbeats.UntilNextExpiry() ?? options.BrokerSessionTimeout) + TimeSpan.FromMilliseconds(1);
        Schedule(next, FenceSilentBrokers);
        return result;
    });

    private void BalanceLeaders() => Write("maybeBalancePartitionLeaders", () =>
    {
        var result = elections.BalanceLeaders(BalancedPerTurn);
        Schedule(result.Response ? TimeSpan.FromMilliseconds(10) : options.LeaderImbalanceCheckInterval!.Value, BalanceLeaders);
        return result;
    });

    // Nobody waits for the commit; a fault is logged by the host.
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
