using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// A bounded number of threads for work that waits for the disk: fsync, deletion, checkpoints. The thread pool serves requests and the
/// metadata quorum, which a slow disk must not delay. Work is started in the order in which it was posted. A thread is created when there
/// is work for it, and ends when it was idle for a while. Thread-safe.
/// </summary>
public sealed class DiskThreads : IDisposable
{
    private const int StackBytes = 512 * 1024;
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    private readonly object _gate = new();
    private readonly Queue<Action> _queue = new();
    private readonly string _name;
    private readonly ILogger _logger;
    private int _threads;
    private int _idle;
    private bool _stopped;

    /// <param name="name">The name of the threads.</param>
    /// <param name="maxThreads">How many there are at most.</param>
    /// <param name="logger">The log of exceptions of the work, which are bugs: the work handles failures of the disk.</param>
    public DiskThreads(string name, int maxThreads, ILogger logger)
    {
        _name = name;
        MaxThreads = maxThreads;
        _logger = logger;
    }

    /// <summary>How many threads there are at most. Where there are more already, they end when their work is done.</summary>
    public int MaxThreads
    {
        get
        {
            lock (_gate)
                return field;
        }
        set
        {
            lock (_gate)
            {
                field = value;
                Monitor.PulseAll(_gate);
                for (var missing = _queue.Count - _idle; missing > 0 && _threads < value && !_stopped; missing--)
                    StartThread();
            }
        }
    }

    /// <summary>Runs work later; never on the calling thread. After the threads were disposed it is dropped.</summary>
    public void Post(Action work)
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            _queue.Enqueue(work);
            if (_idle > 0)
                Monitor.Pulse(_gate);
            if (_idle < _queue.Count && _threads < MaxThreads)
                StartThread();
        }
    }

    /// <summary>Runs what was posted before, and waits for it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
            while (_threads > 0)
                Monitor.Wait(_gate);
        }
    }

    /// <summary>Drops what has not started, and waits for what has.</summary>
    public void Abandon()
    {
        lock (_gate)
            _queue.Clear();
        Dispose();
    }

    private void StartThread()
    {
        _threads++;
        try
        {
            new Thread(Run, StackBytes) { IsBackground = true, Name = _name }.Start();
        }
        catch (OutOfMemoryException)
        {
            // No thread could be created. If there is another one, it does the work when it is free; otherwise the thread pool does.
            if (--_threads > 0)
                return;
            _threads++;
            ThreadPool.UnsafeQueueUserWorkItem(static threads => threads.Run(), this, preferLocal: false);
        }
    }

    private void Run()
    {
        while (Next() is { } work)
        {
            try
            {
                work();
            }
#pragma warning disable CA1031 // An exception out of a thread ends the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _logger.DiskWorkFailed(e);
            }
        }
    }

    // The next work; null when there was none for a while, there are too many threads, or after the end, and the thread ends.
    private Action? Next()
    {
        lock (_gate)
        {
            while (_threads <= MaxThreads)
            {
                if (_queue.TryDequeue(out var work))
                    return work;
                _idle++;
                var isWoken = !_stopped && Monitor.Wait(_gate, s_idle);
                _idle--;
                if (!isWoken && _queue.Count == 0)
                    break;
            }
            _threads--;
            Monitor.PulseAll(_gate);
            return null;
        }
    }
}
