using KafkaSharp.Configuration;
using KafkaSharp.Storage.Cleaning;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Scheduling;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Compacts the logs of a broker in the background (Kafka's <c>LogCleaner</c>): every log.cleaner.backoff.ms it looks for logs with enough
/// to do, and continues until there is none. It begins when there is a log with cleanup.policy=compact: before, it has neither timer nor
/// thread nor memory. Thread-safe.
/// </summary>
internal sealed class LogCleaner : IDisposable
{
    private const int SmallestRead = 4096;

    private readonly LogManagerOptions _options;
    private readonly LogRegistry _registry;
    private readonly ILogger _logger;
    private readonly DirtyLogs _logs;
    private readonly DiskThreads _threads;
    private readonly Action<Action> _post;
    private readonly CancellationTokenSource _stop = new();
    private readonly CleanerThrottle _throttle;
    private readonly Lock _gate = new();
    private volatile ConfigValues _config;
    private PeriodicTask? _task;
    private bool _isStarted;
    private bool _isNeeded;
    private int _workers;

    public LogCleaner(LogManagerOptions options, LogRegistry registry, ILogger logger)
    {
        _options = options;
        _registry = registry;
        _logger = logger;
        _logs = new DirtyLogs(registry, options.Time, logger);
        _config = options.BrokerConfig;
        _threads = new DiskThreads("log cleaner", Threads, logger);
        _post = options.Background ?? _threads.Post;
        _throttle = new CleanerThrottle(options.Time, _stop.Token)
        {
            BytesPerSecond = _config.Get(LogCleanerConfigs.IoMaxBytesPerSecond),
        };
    }

    /// <summary>How many logs could not be compacted (Kafka's metric <c>uncleanable-partitions-count</c>).</summary>
    public int UncleanableCount => _logs.UncleanableCount;

    /// <summary>A log has cleanup.policy=compact.</summary>
    public void OnCompactedLog()
    {
        if (Volatile.Read(ref _isNeeded))
            return;
        lock (_gate)
        {
            _isNeeded = true;
            Schedule();
        }
    }

    /// <summary>Begins, unless log.cleaner.enable is false.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _isStarted = _config.Get(LogCleanerConfigs.Enable);
            Schedule();
        }
    }

    /// <summary>Applies a changed configuration. What is compacted at the moment keeps its buffers.</summary>
    public void Configure(ConfigValues config)
    {
        lock (_gate)
        {
            var isNewBackoff = _config.Get(LogCleanerConfigs.BackoffMs) != config.Get(LogCleanerConfigs.BackoffMs);
            _config = config;
            _threads.MaxThreads = Threads;
            _throttle.BytesPerSecond = config.Get(LogCleanerConfigs.IoMaxBytesPerSecond);
            if (!isNewBackoff || _task is null)
                return;
            _task.Stop();
            _task = null;
            Schedule();
        }
    }

    /// <summary>Stops: no log is taken any more, and what is compacted at the moment ends before its next piece.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStarted = false;
            _stop.Cancel();
            _task?.Stop();
            _task = null;
        }
        _threads.Dispose();
    }

    /// <summary>Compacts logs until there is none with enough to do.</summary>
    internal void Run()
    {
        _logs.BeginRound();
        Work();
    }

    private void Work()
    {
        if (Interlocked.Increment(ref _workers) > Threads)
        {
            Interlocked.Decrement(ref _workers);
            return;
        }
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var dirty = _logs.Take();
                if (dirty is not null)
                {
                    if (Volatile.Read(ref _workers) < Threads)
                        _post(Work);
                    Clean(dirty);
                }
                _logs.DeleteOldSegments();
                if (dirty is null)
                    return;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _workers);
        }
    }

    private int Threads => Math.Max(1, _config.Get(LogCleanerConfigs.Threads));

    private void Schedule()
    {
        if (!_isStarted || !_isNeeded || _task is not null)
            return;
        var backoffMs = Math.Clamp(_config.Get(LogCleanerConfigs.BackoffMs), 1, TimerLimits.LongestMs);
        _task = new PeriodicTask(_options.Time, 0, backoffMs, _post, Run, e => _logger.MaintenanceFailed(e));
    }

    private void Clean(CleanableLog dirty)
    {
        var cleaning = new LogCleaning(dirty, Limits(), NextHasher(), () => _stop.IsCancellationRequested);
        try
        {
            var started = _options.Time.GetTimestamp();
            if (cleaning.Run() is { } run)
                OnCleaned(dirty, cleaning.EndOffset, run, _options.Time.GetElapsedTime(started));
            else
                _logger.CompactionStopped(dirty.Log.TopicPartition);
        }
#pragma warning disable CA1031 // A fault in one log must not stop the work on the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logs.OnFailed(dirty.Log, dirty.Begun, e);
            if (DiskErrors.IsFull(e))
                _logs.OnWithoutSpace(dirty.Log, dirty.Begun.Directory);
        }
        finally
        {
            _logs.Return(dirty.Log);
        }
    }

    private void OnCleaned(CleanableLog dirty, long endOffset, CleaningRun run, TimeSpan duration)
    {
        var log = dirty.Log;
        _registry.SaveCheckpoints(_registry.DirectoryOf(log.Directory), Checkpoints.CleanedOffsets);
        _logger.LogCompacted(
            log.TopicPartition, dirty.FirstDirtyOffset, endOffset, (long)duration.TotalMilliseconds, run.BytesRead, run.RecordsRead,
            run.BytesWritten, run.RecordsWritten);
        if (run.KeylessRecords > 0)
            _logger.KeylessRecordsRemoved(run.KeylessRecords, log.TopicPartition);
    }

    private CleaningLimits Limits()
    {
        var config = _config;
        return new CleaningLimits(
            config.Get(LogCleanerConfigs.DedupeBufferSize) / Threads, config.Get(LogCleanerConfigs.DedupeBufferLoadFactor),
            Math.Max(SmallestRead, config.Get(LogCleanerConfigs.IoBufferSize) / Threads / 2), _throttle);
    }

    private KeyHasher NextHasher()
    {
        lock (_options.Random)
            return new KeyHasher(_options.Random);
    }
}
