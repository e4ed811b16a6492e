using KafkaSharp.Broker.Replication;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Lifecycle;

/// <summary>
/// The broker's membership of its cluster (Kafka's <c>BrokerLifecycleManager</c>): registers, asks to be unfenced once it has caught up with
/// the metadata, tells the controller every <c>broker.heartbeat.interval.ms</c> that it lives and which of its log directories don't, and asks for
/// leave before it stops.
/// </summary>
/// <param name="registration">What the broker registers with.</param>
/// <param name="controller">The controller of its cluster.</param>
/// <param name="metadata">How far this broker is.</param>
/// <param name="offlineDirectories">The ids of the log directories that have failed.</param>
/// <param name="assignments">Where replicas lie that the metadata doesn't know of.</param>
/// <param name="options">How long things may take.</param>
/// <param name="time">The clock of heartbeats.</param>
/// <param name="logger">Where it tells what it does.</param>
sealed class BrokerLifecycle(
    BrokerRegistrationRequest registration, ControllerClient controller, IMetadataProgress metadata, Func<IEnumerable<Uuid>> offlineDirectories,
    DirectoryAssignments assignments, BrokerLifecycleOptions options, TimeProvider time, ILogger<BrokerLifecycle> logger) : IAsyncDisposable
{
    // Leadership moves in one commit or two: whoever stops need not sit out a heartbeat for it.
    private static readonly TimeSpan LeaveInterval = TimeSpan.FromMilliseconds(20);

    private readonly ControllerRequestContext _context = ControllerRequestContext.Internal with { Timeout = options.RequestTimeout };
    private readonly CancellationTokenSource _stopped = new();
    private TaskCompletionSource _news = NewNews();
    private long _epoch = -1;
    private Task _heartbeats = Task.CompletedTask;
    private volatile bool _wantsShutDown;

    /// <summary>The epoch of this registration; -1 before it.</summary>
    public long BrokerEpoch => Volatile.Read(ref _epoch);

    /// <summary>Registers and returns when the broker is unfenced: it may then lead partitions.</summary>
    /// <exception cref="BrokerStartException">The controller refuses this broker, or can't be reached in time.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        Volatile.Write(ref _epoch, await RegisterAsync(cancellation).ConfigureAwait(false));
        logger.Registered(BrokerEpoch);
        // The registration is a record at the offset that is its epoch; a broker that has not seen it is not caught up.
        await metadata.WaitForOffsetAsync(BrokerEpoch, cancellation).ConfigureAwait(false);
        while (await BeatAsync(cancellation).ConfigureAwait(false) is not { ErrorCode: ErrorCode.None, IsFenced: false })
            await metadata.WaitForOffsetAsync(metadata.LastAppliedOffset + 1, cancellation).ConfigureAwait(false);
        _heartbeats = BeatOnAsync(_stopped.Token);
    }

    /// <summary>There is something that the controller should not learn of only with the next heartbeat: it comes at once.</summary>
    public void Tell() => Volatile.Read(ref _news).TrySetResult();

    /// <summary>Asks for leave; done when the controller has moved leadership away, or at once where there is nowhere to move it.</summary>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public async Task ShutDownAsync(CancellationToken cancellation)
    {
        _wantsShutDown = true;
        while (await BeatAsync(cancellation).ConfigureAwait(false) is { ErrorCode: ErrorCode.None, ShouldShutDown: false })
            await Task.Delay(LeaveInterval, time, cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _heartbeats.ConfigureAwait(false);
        _stopped.Dispose();
    }

    private static TaskCompletionSource NewNews() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<long> RegisterAsync(CancellationToken cancellation)
    {
        var context = ControllerRequestContext.Internal with { Timeout = options.RegistrationTimeout };
        var response = await controller.SendAsync(ControllerApis.BrokerRegistration, context, registration).WaitAsync(cancellation).ConfigureAwait(false);
        return response.ErrorCode switch
        {
            ErrorCode.None => response.BrokerEpoch,
            ErrorCode.RequestTimedOut => throw new BrokerStartException(
                $"The broker could not register with the controller within {options.RegistrationTimeout.TotalMilliseconds} ms "
                + $"({MetadataConfigs.InitialBrokerRegistrationTimeoutMs.Name})"),
            var error => throw new BrokerStartException($"The controller refused to register broker {registration.BrokerId}: {error}"),
        };
    }

    private async Task BeatOnAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            // Ends with news, with time or with the broker alike.
            await _news.Task.WaitAsync(options.HeartbeatInterval, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Renewed before anything is told: what comes up meanwhile is told with the next beat.
            if (_news.Task.IsCompleted)
                Volatile.Write(ref _news, NewNews());
            try
            {
                await BeatAsync(cancellation).ConfigureAwait(false);
                await AssignAsync(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<BrokerHeartbeatResponse> BeatAsync(CancellationToken cancellation)
    {
        var request = new BrokerHeartbeatRequest
        {
            BrokerId = registration.BrokerId,
            BrokerEpoch = BrokerEpoch,
            CurrentMetadataOffset = metadata.LastAppliedOffset,
            WantShutDown = _wantsShutDown,
            OfflineLogDirs = [.. offlineDirectories()],
            // Empty, not absent: this broker knows of cordoning and has nothing cordoned.
            CordonedLogDirs = [],
        };
        var response = await controller.SendAsync(ControllerApis.BrokerHeartbeat, _context, request).WaitAsync(cancellation).ConfigureAwait(false);
        if (response.ErrorCode != ErrorCode.None)
            logger.HeartbeatFailed(response.ErrorCode);
        return response;
    }

    private async Task AssignAsync(CancellationToken cancellation)
    {
        while (!assignments.IsEmpty)
        {
            var request = assignments.Next(registration.BrokerId, BrokerEpoch);
            var response = await controller.SendAsync(ControllerApis.AssignReplicasToDirs, _context, request).WaitAsync(cancellation).ConfigureAwait(false);
            if (response.ErrorCode != ErrorCode.None)
            {
                // They are still there with the next beat.
                logger.AssignmentFailed(response.ErrorCode);
                return;
            }
            assignments.Told(request);
        }
    }
}
