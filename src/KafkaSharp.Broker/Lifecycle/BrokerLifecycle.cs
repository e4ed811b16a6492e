using KafkaSharp.Broker.Replication;
using KafkaSharp.Metadata;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Lifecycle;

/// <summary>
/// The broker's membership of its cluster (Kafka's <c>BrokerLifecycleManager</c>): registers, requests to be unfenced once it has caught up
/// with the metadata, sends a heartbeat with its offline log directories every <c>broker.heartbeat.interval.ms</c>, and requests a
/// controlled shutdown before it stops. Thread-safe.
/// </summary>
/// <param name="registration">What the broker registers with.</param>
/// <param name="controller">The client of the active controller.</param>
/// <param name="metadata">The metadata this broker has applied.</param>
/// <param name="offlineDirectories">The ids of the log directories that have failed.</param>
/// <param name="cordonedDirectories">The ids of those that are cordoned (KIP-1066).</param>
/// <param name="assignments">The directories of replicas that are not in the metadata yet.</param>
/// <param name="options">The intervals and time limits.</param>
/// <param name="time">The clock of heartbeats.</param>
/// <param name="logger">Its log.</param>
internal sealed class BrokerLifecycle(
    BrokerRegistrationRequest registration, ControllerClient controller, IMetadataProgress metadata,
    Func<IEnumerable<Uuid>> offlineDirectories, Func<IEnumerable<Uuid>> cordonedDirectories,
    DirectoryAssignments assignments, BrokerLifecycleOptions options, TimeProvider time, ILogger<BrokerLifecycle> logger) : IAsyncDisposable
{
    // Leadership moves with one commit or two, which is sooner than the next heartbeat.
    private static readonly TimeSpan ShutdownInterval = TimeSpan.FromMilliseconds(20);

    private readonly ControllerRequestContext _context = ControllerRequestContext.Internal with { Timeout = options.RequestTimeout };
    private readonly CancellationTokenSource _stopped = new();
    private TaskCompletionSource _report = NewReport();
    private long _epoch = -1;
    private Task _heartbeats = Task.CompletedTask;
    private volatile bool _wantsShutDown;

    /// <summary>The epoch of this registration; -1 before it.</summary>
    public long BrokerEpoch => Volatile.Read(ref _epoch);

    /// <summary>Registers and returns when the broker is unfenced: it may then lead partitions.</summary>
    /// <exception cref="BrokerStartException">The controller refuses this broker, or can't be reached in time.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        Volatile.Write(ref _epoch, await RegisterAsync(cancellation));
        logger.Registered(BrokerEpoch);
        // The registration is a record at the offset that is its epoch; a broker that has not seen it is not caught up.
        await metadata.WaitForOffsetAsync(BrokerEpoch, cancellation);
        while (await SendHeartbeatAsync(cancellation) is not { ErrorCode: ErrorCode.None, IsFenced: false })
            await metadata.WaitForOffsetAsync(metadata.LastAppliedOffset + 1, cancellation);
        _heartbeats = SendHeartbeatsAsync(_stopped.Token);
    }

    /// <summary>Sends the next heartbeat at once, because it has something to report.</summary>
    public void SendHeartbeatSoon() => Volatile.Read(ref _report).TrySetResult();

    /// <summary>
    /// Requests a controlled shutdown; completes when the controller has moved leadership away, at once where no other broker can lead.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before.</exception>
    public async Task ShutDownAsync(CancellationToken cancellation)
    {
        _wantsShutDown = true;
        while (await SendHeartbeatAsync(cancellation) is { ErrorCode: ErrorCode.None, ShouldShutDown: false })
            await Task.Delay(ShutdownInterval, time, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _heartbeats;
        _stopped.Dispose();
    }

    private static TaskCompletionSource NewReport() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<long> RegisterAsync(CancellationToken cancellation)
    {
        var context = ControllerRequestContext.Internal with { Timeout = options.RegistrationTimeout };
        var response = await controller.SendAsync(ControllerApis.BrokerRegistration, context, registration).WaitAsync(cancellation);
        return response.ErrorCode switch
        {
            ErrorCode.None => response.BrokerEpoch,
            ErrorCode.RequestTimedOut => throw new BrokerStartException(
                $"The broker could not register with the controller within {options.RegistrationTimeout.TotalMilliseconds} ms "
                + $"({MetadataConfigs.InitialBrokerRegistrationTimeoutMs.Name})"),
            var error => throw new BrokerStartException($"The controller refused to register broker {registration.BrokerId}: {error}"),
        };
    }

    private async Task SendHeartbeatsAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            // Ends early where there is something to report, or when the broker stops.
            await _report.Task.WaitAsync(options.HeartbeatInterval, time, cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Renewed before the heartbeat is made: what comes later is reported by the next one.
            if (_report.Task.IsCompleted)
                Volatile.Write(ref _report, NewReport());
            try
            {
                await SendHeartbeatAsync(cancellation);
                await AssignAsync(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<BrokerHeartbeatResponse> SendHeartbeatAsync(CancellationToken cancellation)
    {
        var request = new BrokerHeartbeatRequest
        {
            BrokerId = registration.BrokerId,
            BrokerEpoch = BrokerEpoch,
            CurrentMetadataOffset = metadata.LastAppliedOffset,
            WantShutDown = _wantsShutDown,
            OfflineLogDirs = [.. offlineDirectories()],
            // Empty, not absent, where nothing is cordoned: this broker knows of cordoning.
            CordonedLogDirs = [.. cordonedDirectories()],
        };
        var response = await controller.SendAsync(ControllerApis.BrokerHeartbeat, _context, request).WaitAsync(cancellation);
        if (response.ErrorCode != ErrorCode.None)
            logger.HeartbeatFailed(response.ErrorCode);
        return response;
    }

    private async Task AssignAsync(CancellationToken cancellation)
    {
        while (!assignments.IsEmpty)
        {
            var request = assignments.Next(registration.BrokerId, BrokerEpoch);
            var response = await controller.SendAsync(ControllerApis.AssignReplicasToDirs, _context, request).WaitAsync(cancellation);
            if (response.ErrorCode != ErrorCode.None)
            {
                // The next heartbeat sends them again.
                logger.AssignmentFailed(response.ErrorCode);
                return;
            }
            assignments.Reported(response);
        }
    }
}
