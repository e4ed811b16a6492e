using System.Net;
using System.Net.Sockets;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Transports;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Network.Connections;

/// <summary>
/// One connection that a listener accepted: a single loop that reads a frame, has it handled, and sends the responses in the order of the
/// requests. It ends when the peer leaves, sends what is not a frame, stays idle too long, or <see cref="Close"/> is called; then
/// <see cref="IFrameHandler.Closed"/> is called. Members may be used from any thread.
/// </summary>
public sealed class Connection : IThreadPoolWorkItem
{
    // The amount of one client's requests that is handled before the thread is released: bytes, plus a fixed number for each frame.
    private const int LongestTurn = 1024 * 1024;
    private const int TurnCostOfFrame = 16 * 1024;

    private readonly Transport _transport;
    private readonly IFrameHandler _handler;
    private readonly FrameReader _reader;
    private readonly ResponseQueue _responses;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private CancellationTokenSource? _closing;
    private TaskCompletionSource? _mute;
    private Action<Connection>? _ended;
    private string? _closeReason;
    private long _lastActivity;
    private volatile bool _draining;
    private volatile bool _isClosed;

    public Connection(long id, ListenerOptions listener, Transport transport, IFrameHandler handler, TimeProvider time, ILogger logger)
    {
        Id = id;
        Listener = listener;
        _transport = transport;
        _handler = handler;
        _time = time;
        _logger = logger;
        _reader = new FrameReader(transport, BufferPool.Shared, listener.MaxFrameBytes, Touch);
        _responses = new ResponseQueue(transport, time, Touch);
        Touch();
    }

    /// <summary>Unique within the process.</summary>
    public long Id { get; }

    public ListenerOptions Listener { get; }

    public IPEndPoint RemoteEndPoint => _transport.RemoteEndPoint;

    /// <summary>The address the peer connected to: advertised to it where nothing else is configured.</summary>
    public IPEndPoint LocalEndPoint => _transport.LocalEndPoint;

    /// <summary>What the handler keeps for this connection. The connection does not use it.</summary>
    public object? State { get; set; }

    /// <summary>
    /// The largest request that is accepted from now on, in bytes; the listener's limit by default. Set by the handler, between two
    /// requests.
    /// </summary>
    public int MaxFrameBytes
    {
        get => _reader.MaxFrameBytes;
        set => _reader.MaxFrameBytes = value;
    }

    /// <summary>Completes when the connection has ended; never fails.</summary>
    public Task Completion => _completion.Task;

    public bool IsClosed => _isClosed;

    /// <summary>Is cancelled when the connection is closed, for what waits on behalf of its peer.</summary>
    public CancellationToken Closing
    {
        get
        {
            lock (_gate)
                return _isClosed ? new CancellationToken(canceled: true) : (_closing ??= new CancellationTokenSource()).Token;
        }
    }

    /// <summary>The time of the last received or sent byte, as a timestamp of the time provider.</summary>
    internal long LastActivity => Volatile.Read(ref _lastActivity);

    /// <summary>
    /// Whether the peer has left while a response to it is prepared, when nothing is read from the connection. Costs a system call then.
    /// </summary>
    internal bool IsAbandoned => _responses.AwaitsResponse && !_draining && _transport.HasPeerLeft;

    /// <summary>Whether a response is being prepared.</summary>
    internal bool AwaitsResponse => _responses.AwaitsResponse;

    /// <summary>Whether nothing is read from the connection because it is throttled: it is not idle then.</summary>
    internal bool IsMuted => Volatile.Read(ref _mute) is not null;

    internal int HeldBytes => _reader.HeldBytes;

    /// <summary>
    /// Ends the connection now; responses that have not been sent are dropped. The reason is logged at debug level.
    /// </summary>
    public void Close(string reason)
    {
        if (!TryMarkClosed(reason))
            return;
        _transport.Dispose();
        EndWaits();
    }

    /// <summary>
    /// Ends the connection as Kafka ends an idle one: the peer receives what was sent, then the end of the stream (FIN, not RST).
    /// </summary>
    internal void CloseInOrder(string reason)
    {
        if (!TryMarkClosed(reason))
            return;
        _transport.ShutdownSend();
        _transport.ShutdownReceive();
        EndWaits();
    }

    /// <summary>Accepts no more requests. The connection ends when the responses to the accepted ones have been sent.</summary>
    public void Drain()
    {
        _draining = true;
        _transport.ShutdownReceive();
        Volatile.Read(ref _mute)?.TrySetResult();
    }

    /// <summary>
    /// Takes the memory of the frame that is being handled over from the connection, without a copy: it stays valid until the result is
    /// disposed, which returns it to its pool. Only inside of <see cref="IFrameHandler.Handle"/>, once for a frame.
    /// </summary>
    /// <exception cref="InvalidOperationException">No frame is being handled, or it is taken already.</exception>
    public IDisposable TakeFrame() => _reader.TakeFrame();

    /// <summary>Starts the loop on the thread pool.</summary>
    public void Start(Action<Connection>? ended = null)
    {
        _ended = ended;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        _logger.ConnectionOpened(Id, Listener.Name, RemoteEndPoint);
        try
        {
            await _transport.OpenAsync();
            _handler.Opened(this);
            await ServeAsync();
            await _responses.FinishAsync();
            _transport.ShutdownSend();
        }
        catch (Exception e) when (_responses.HandlerFailure is null && e is (IOException or SocketException or ObjectDisposedException))
        {
            _closeReason ??= e.Message;
        }
        catch (Exception e)
        {
            _closeReason ??= "a request failed without a response";
            _logger.ConnectionFailed(Id, Listener.Name, RemoteEndPoint, _responses.HandlerFailure ?? e);
        }
        await EndAsync();
    }

    private async Task ServeAsync()
    {
        var turn = 0;
        while (!_draining && !_isClosed && !_responses.Ended)
        {
            if (_responses.MuteLeft > TimeSpan.Zero)
            {
                await WaitWhileMutedAsync();
                continue;
            }
            switch (_reader.TryReadFrame(out var frame))
            {
                case FrameStatus.Frame:
                    var handling = Handle(frame);
                    if (!handling.Dispatched.IsCompleted)
                        await WaitUntilDispatchedAsync(handling);
                    _reader.FinishFrame();
                    if (handling.CloseReason is { } reason)
                    {
                        _closeReason = reason;
                        _logger.RequestRefused(Id, Listener.Name, RemoteEndPoint, reason);
                        return;
                    }
                    await _responses.AddAsync(handling.Response, handling.Overlaps);
                    turn += TurnCostOfFrame + frame.Length;
                    break;
                case FrameStatus.InvalidSize:
                    _closeReason = "invalid frame size";
                    LogInvalidSize();
                    return;
                default:
                    await _responses.FlushAsync();
                    var reading = _reader.FillAsync(_reader.Needed);
                    if (!reading.IsCompleted)
                        turn = 0;
                    else if (turn > LongestTurn && !Thread.CurrentThread.IsThreadPoolThread)
                    {
                        // The thread serves the sockets of other clients too (InlineCompletions); go on in the pool.
                        turn = 0;
                        await Task.Yield();
                    }
                    if (!await reading)
                        return;
                    break;
            }
        }
    }

    private void LogInvalidSize()
    {
        if (ForeignProtocol.Describe(_reader.ClaimedBytes, Listener.Name) is { } description)
            _logger.ForeignClient(Id, Listener.Name, RemoteEndPoint, description);
        else
            _logger.InvalidFrameSize(Id, Listener.Name, RemoteEndPoint, _reader.ClaimedBytes, _reader.MaxFrameBytes);
    }

    // A failure of the handler must not be taken for a failure of the connection.
    private FrameHandling Handle(ReadOnlyMemory<byte> frame)
    {
        try
        {
            return _handler.Handle(this, frame);
        }
        catch (Exception e)
        {
            return FrameHandling.Respond(ValueTask.FromException<OutgoingFrame?>(e));
        }
    }

    // Earlier responses are sent in the meantime. The frame's memory is in use until the first stage has finished, even if the connection
    // closes.
    private async ValueTask WaitUntilDispatchedAsync(FrameHandling handling)
    {
        try
        {
            await _responses.FlushAsync();
        }
        catch
        {
            await handling.Dispatched.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ = ResponseQueue.DiscardAsync(handling.Response);
            throw;
        }
        await handling.Dispatched.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async ValueTask WaitWhileMutedAsync()
    {
        await _responses.FlushAsync();
        var left = TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(_responses.MuteLeft.TotalMilliseconds)));
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _mute, ended);
        // Close and Drain end the wait they find; what they have set before is found here.
        if (!_draining && !_isClosed)
            await ended.Task.WaitAsync(left, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Touch();
        Volatile.Write(ref _mute, null);
    }

    private bool TryMarkClosed(string reason)
    {
        lock (_gate)
        {
            if (_isClosed)
                return false;
            _isClosed = true;
            _closeReason ??= reason;
            return true;
        }
    }

    private void EndWaits()
    {
        _responses.Close();
        Volatile.Read(ref _mute)?.TrySetResult();
        Volatile.Read(ref _closing)?.Cancel();
    }

    private async Task EndAsync()
    {
        Close("the peer left");
        _transport.Dispose();
        await _responses.AbandonAsync();
        _reader.Complete();
        try
        {
            _handler.Closed(this);
        }
        catch (Exception e)
        {
            _logger.ConnectionFailed(Id, Listener.Name, RemoteEndPoint, e);
        }
        _logger.ConnectionClosed(Id, Listener.Name, RemoteEndPoint, _closeReason);
        _ended?.Invoke(this);
        _completion.SetResult();
    }

    private void Touch() => Volatile.Write(ref _lastActivity, _time.GetTimestamp());
}
