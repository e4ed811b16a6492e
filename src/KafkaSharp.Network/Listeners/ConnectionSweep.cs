namespace KafkaSharp.Network.Listeners;

/// <summary>
/// Periodically checks the connections of a listener: closes those that are idle for longer than <c>connections.max.idle.ms</c> and those
/// whose peer has closed its side while a response is prepared, once nothing was received or sent for ten seconds. One timer for all
/// connections. Disposing stops it.
/// </summary>
internal sealed class ConnectionSweep : IAsyncDisposable
{
    private const int LongestPeriodMs = 10_000;
    private const int ShortestPeriodMs = 10;
    private static readonly TimeSpan s_untilAbandoned = TimeSpan.FromSeconds(10);

    private readonly SocketListener _listener;
    private readonly TimeSpan _maxIdle;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;

    public ConnectionSweep(SocketListener listener, TimeProvider time)
    {
        _listener = listener;
        _maxIdle = listener.Options.MaxIdle;
        _time = time;
        var period = TimeSpan.FromMilliseconds(
            ClosesIdle ? Math.Clamp(_maxIdle.TotalMilliseconds / 10, ShortestPeriodMs, LongestPeriodMs) : LongestPeriodMs);
        _timer = time.CreateTimer(static sweep => ((ConnectionSweep)sweep!).Run(), this, period, period);
    }

    private bool ClosesIdle => _maxIdle >= TimeSpan.Zero;

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    // As in Kafka a request that waits does not keep a silent connection open; but a poll that is shorter than the limit is never cut.
    private void Run()
    {
        var now = _time.GetTimestamp();
        foreach (var connection in _listener.Connections)
        {
            var idle = _time.GetElapsedTime(connection.LastActivity, now);
            // Kafka responds to a client that has closed only its sending side, and to the system that looks the same.
            if (idle >= s_untilAbandoned && connection.IsAbandoned)
                connection.Close("the peer left while its request waited");
            else if (ClosesIdle && !connection.IsMuted && idle > _maxIdle)
                connection.CloseInOrder("idle for longer than connections.max.idle.ms");
        }
    }
}
