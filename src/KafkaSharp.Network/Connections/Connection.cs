using System.Net;
using System.Net.Sockets;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Listeners;
using KafkaSharp.Network.Transports;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Network.Connections;

/// <summary>
/// One client or node that came in on a listener: a single loop that reads a frame, has it handled, and sends the answers in the order of the
/// requests. It ends when the peer leaves, says something that is no frame, stays silent too long, or <see cref="Close"/> is called; then
/// <see cref="IFrameHandler.Closed"/> is told. Members may be used from any thread.
/// </summary>
public sealed class Connection : IThreadPoolWorkItem
{
    // How much of one client is handled without waiting before its thread is for others: bytes, a frame counting as some.
    const int LongestTurn = 1024 * 1024;
    const int TurnCostOfFrame = 16 * 1024;

    private readonly Transport _transport;
    private readonly IFrameHandler _handler;
    private readonly FrameReader _reader;
    private readonly ResponseQueue _responses;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
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
        _responses = new ResponseQueue(transport, Touch);
        Touch();
    }

    /// <summary>Unique within the process.</summary>
    public long Id { get; }

    public ListenerOptions Listener { get; }

    public IPEndPoint RemoteEndPoint => _transport.RemoteEndPoint;

    /// <summary>The address the peer came in on: what is advertised to it where nothing else is configured.</summary>
    public IPEndPoint LocalEndPoint => _transport.LocalEndPoint;

    /// <summary>What the floor above keeps for this connection. Set by the handler; the connection does not look at it.</summary>
    public object? State { get; set; }

    /// <summary>Completes when the connection has ended; never fails.</summary>
    public Task Completion => _completion.Task;

    public bool IsClosed => _isClosed;

    /// <summary>When bytes last moved, as a timestamp of the time provider.</summary>
    internal long LastActivity => Volatile.Read(ref _lastActivity);

    /// <summary>
    /// Whether the peer has gone while its request waits, which nobody reads from the connection to see. A system call where a request waits.
    /// </summary>
    internal bool IsAbandoned => _responses.AwaitsAnswer && !_draining && _transport.HasPeerLeft;

    /// <summary>Whether an answer is being worked on.</summary>
    internal bool AwaitsAnswer => _responses.AwaitsAnswer;

    internal int HeldBytes => _reader.HeldBytes;

    /// <summary>Ends the connection now; answers that have not left are dropped. The reason goes into one log line at debug level.</summary>
    public void Close(string reason)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            _closeReason ??= reason;
        }
        _transport.Dispose();
        _responses.Close();
    }

    /// <summary>Takes no more requests; ends when the answers to those taken have left.</summary>
    public void Drain()
    {
        _draining = true;
        _transport.ShutdownReceive();
    }

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
            _closeReason ??= "a request failed without an answer";
            _logger.ConnectionFailed(Id, Listener.Name, RemoteEndPoint, _responses.HandlerFailure ?? e);
        }
        await EndAsync();
    }

    private async Task ServeAsync()
    {
        var turn = 0;
        while (!_draining && !_isClosed && !_responses.Ended)
        {
            switch (_reader.TryReadFrame(out var frame))
            {
                case FrameStatus.Frame:
                    var handling = Handle(frame);
                    _reader.FinishFrame();
                    if (handling.CloseReason is { } reason)
                    {
                        _closeReason = reason;
                        _logger.RequestRefused(Id, Listener.Name, RemoteEndPoint, reason);
                        return;
                    }
                    await _responses.AddAsync(handling.Answer, handling.Overlaps);
                    turn += TurnCostOfFrame + frame.Length;
                    break;
                case FrameStatus.InvalidSize:
                    _closeReason = "invalid frame size";
                    _logger.InvalidFrameSize(Id, Listener.Name, RemoteEndPoint, _reader.ClaimedBytes, Listener.MaxFrameBytes);
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

    // What fails in the handler is not to be taken for a failure of the connection.
    private FrameHandling Handle(ReadOnlyMemory<byte> frame)
    {
        try
        {
            return _handler.Handle(this, frame);
        }
        catch (Exception e)
        {
            return FrameHandling.Answering(ValueTask.FromException<OutgoingFrame?>(e));
        }
    }

    private async Task EndAsync()
    {
        Close("the peer left");
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
