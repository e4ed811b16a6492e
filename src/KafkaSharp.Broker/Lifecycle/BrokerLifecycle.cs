using KafkaSharp.Metadata.Controller;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Lifecycle;

/// <summary>
/// The broker's membership of its cluster (Kafka's <c>BrokerLifecycleManager</c>): registers, asks to be unfenced once it has caught up with
/// the metadata, tells the controller every <c>broker.heartbeat.interval.ms</c> that it lives, and asks for leave before it stops.
/// </summary>
sealed class BrokerLifecycle(
    BrokerRegistrationRequest registration, QuorumController controller, IMetadataProgress metadata, TimeSpan heartbeatInterval, TimeProvider time,
    ILogger<BrokerLifecycle> logger) : IAsyncDisposable
{
    // Leadership moves in one commit or two: whoever stops need not sit out a heartbeat for it.
    private static readonly TimeSpan LeaveInterval = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stopped = new();
    private long _epoch = -1;
    private Task _heartbeats = Task.CompletedTask;
    private volatile bool _wantsShutDown;
    private volatile bool _mayShutDown;

    /// <summary>The epoch of this registration; -1 before it.</summary>
    public long BrokerEpoch => Volatile.Read(ref _epoch);

    /// <summary>Registers and returns when the broker is unfenced: it may then lead partitions.</summary>
    /// <exception cref="BrokerStartException">The controller refuses this broker.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        BrokerRegistrationResponse response;
        do
        {
            // Leading the quorum comes before the controller that acts on it: until then there is nobody to register with.
            await controller.Active.WaitAsync(cancellation).ConfigureAwait(false);
            response = await controller.RegisterBrokerAsync(ControllerRequestContext.Internal, registration).WaitAsync(cancellation).ConfigureAwait(false);
        }
        while (response.ErrorCode == ErrorCode.NotController);
        if (response.ErrorCode != ErrorCode.None)
        {
            logger.RegistrationRefused(response.ErrorCode);
            throw new BrokerStartException($"The controller refused to register broker {registration.BrokerId}: {response.ErrorCode}");
        }
        Volatile.Write(ref _epoch, response.BrokerEpoch);
        logger.Registered(response.BrokerEpoch);
        // The registration is a record at the offset that is its epoch; a broker that has not seen it is not caught up.
        await metadata.WaitForOffsetAsync(response.BrokerEpoch, cancellation).ConfigureAwait(false);
        while (await BeatAsync().ConfigureAwait(false) is not { ErrorCode: ErrorCode.None, IsFenced: false })
            await metadata.WaitForOffsetAsync(metadata.LastAppliedOffset + 1, cancellation).ConfigureAwait(false);
        _heartbeats = BeatOnAsync(_stopped.Token);
    }

    /// <summary>Asks for leave; done when the controller has moved leadership away, or at once where there is nowhere to move it.</summary>
    public async Task ShutDownAsync(CancellationToken cancellation)
    {
        _wantsShutDown = true;
        while (!_mayShutDown && !cancellation.IsCancellationRequested)
        {
            var answer = await BeatAsync().ConfigureAwait(false);
            if (answer is null or { ErrorCode: not ErrorCode.None } or { ShouldShutDown: true })
                return;
            try
            {
                await Task.Delay(LeaveInterval, time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _heartbeats.ConfigureAwait(false);
        _stopped.Dispose();
    }

    private async Task BeatOnAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(heartbeatInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
            {
                if (await BeatAsync().ConfigureAwait(false) is { ShouldShutDown: true })
                    _mayShutDown = true;
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task<BrokerHeartbeatResponse?> BeatAsync()
    {
        var request = new BrokerHeartbeatRequest
        {
            BrokerId = registration.BrokerId,
            BrokerEpoch = BrokerEpoch,
            CurrentMetadataOffset = metadata.LastAppliedOffset,
            WantShutDown = _wantsShutDown,
            // Empty, not absent: this broker knows of cordoning and has nothing cordoned.
            CordonedLogDirs = [],
        };
        try
        {
            var response = await controller.ProcessBrokerHeartbeatAsync(ControllerRequestContext.Internal, request).ConfigureAwait(false);
            if (response.ErrorCode != ErrorCode.None)
                logger.HeartbeatFailed(response.ErrorCode.ToString());
            return response;
        }
        catch (StateMachineException e)
        {
            logger.HeartbeatFailed(e.Message);
            return null;
        }
    }
}
