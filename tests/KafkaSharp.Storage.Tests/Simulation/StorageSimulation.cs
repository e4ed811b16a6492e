using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.TestInfrastructure;
using NUnit.Framework.Internal;

namespace KafkaSharp.Storage.Tests.Simulation;

/// <summary>
/// A history of a log manager with two directories, made from a seed: appends, flushes, rolls, retention, truncations, checkpoints,
/// deletions, restarts, while calls of the disk fail, the process is killed and the power fails, at any call and also during a start. After
/// each start the logs are checked.
/// </summary>
internal sealed class StorageSimulation
{
    private static readonly ConfigSchema s_schema = new([.. BrokerLogConfigs.All, .. LogManagerConfigs.All]);
    private static readonly Dictionary<string, string> s_common = new()
    {
        ["internal.segment.bytes"] = "2000",
        ["index.interval.bytes"] = "300",
        ["file.delete.delay.ms"] = "1000",
        ["retention.bytes"] = "8000",
        ["flush.ms"] = "2000",
    };

    private static readonly Dictionary<string, string> s_compacted = new()
    {
        ["cleanup.policy"] = "compact",
        ["min.cleanable.dirty.ratio"] = "0.01",
        ["delete.retention.ms"] = "700",
        ["retention.ms"] = "1000",
    };

    private readonly int _seed;
    private readonly Random _random;
    private readonly List<string> _steps = [];
    private readonly SimulatedPartition[] _partitions;
    private readonly DiskFault[] _faults;
    private readonly bool _compacts;
    private SimulatedFileSystem _files;
    // A new process has neither the timers nor the work of the one before.
    private ManualTimeProvider _time = new();
    private List<Action> _background = [];
    private LogManager _manager = null!;
    private int _nextValue;

    /// <param name="seed">Decides the whole history.</param>
    /// <param name="compacts">Whether logs are compacted, and deleted by age.</param>
    /// <param name="faults">The faults that calls of the disk meet; none: only the process and the power fail.</param>
    public StorageSimulation(int seed, bool compacts, params DiskFault[] faults)
    {
        (_seed, _compacts, _faults) = (seed, compacts, faults);
        _random = new Random(seed);
        _files = new SimulatedFileSystem(_random);
        _partitions =
        [
            new SimulatedPartition("flushed", _random, () => _files.Hits.Count, Trace) { IsFlushedAlways = true, IsCompacted = compacts },
            new SimulatedPartition("sometimes", _random, () => _files.Hits.Count, Trace) { IsCompacted = compacts },
            new SimulatedPartition("plain", _random, () => _files.Hits.Count, Trace) { IsCompacted = compacts },
        ];
        foreach (var directory in (string[])["/a", "/b"])
            _files.CreateDirectory(directory);
        _files.FlushDirectory("/");
    }

    /// <summary>Gets each step, to look at one history.</summary>
    public static Action<string>? Traced { get; set; }

    public SimulationTotals Totals { get; } = new();

    /// <summary>A call that fails once, counted from the first start on; used in place of random faults.</summary>
    public (DiskFault Fault, long Call)? SingleFault { get; init; }

    /// <summary>Whether calls meet nothing but a full disk, which stays full for a while; used in place of random faults.</summary>
    public bool IsOftenFull { get; init; }

    /// <summary>The calls of the first process, for <see cref="SingleFault"/>.</summary>
    public long CallsOfFirstProcess { get; private set; }

    /// <exception cref="SimulationException">What must not happen, with the seed and the last steps.</exception>
    public void Run(int steps)
    {
        // Assertions of one history are not those of the next.
        using var context = new TestExecutionContext.IsolatedContext();
        try
        {
            foreach (var partition in _partitions)
                partition.HasFaults = _faults.Length > 0 || IsOftenFull || SingleFault is not null;
            Start(hasLostPower: false);
            if (SingleFault is { } single)
                _files.Arm(single.Fault, single.Call);
            for (var step = 0; step < steps; step++)
            {
                Guarded(Step);
                if (_files.IsOff)
                    Restart(hasLostPower: true);
            }
            CallsOfFirstProcess = _files.Calls;
            _files.Disarm();
            Restart(hasLostPower: _random.Next(2) == 0);
        }
        catch (Exception e) when (e is not SimulationException)
        {
            throw new SimulationException($"seed {_seed}: {e.Message}\n{string.Join("\n", _steps.TakeLast(60))}\n{e}");
        }
    }

    private void Step()
    {
        var (process, logs) = (_manager, Array.ConvertAll(_partitions, partition => _manager.Get(partition.Name)));
        try
        {
            Act();
        }
        finally
        {
            for (var i = 0; i < logs.Length; i++)
            {
                if (logs[i] is { } log && _manager == process)
                    _partitions[i].Acknowledge(log);
            }
        }
        foreach (var each in _partitions)
        {
            if (_manager.Get(each.Name) is { } open)
                each.SendHighWatermark(open);
        }
    }

    private void Act()
    {
        if (_manager.LiveDirectories.Count() < 2 && _random.Next(3) == 0)
        {
            Restart(hasLostPower: _random.Next(2) == 0);
            return;
        }
        if (_faults.Length > 0 && _random.Next(30) == 0)
            _files.Arm(_faults[_random.Next(_faults.Length)], _random.Next(60));
        if (IsOftenFull && _random.Next(10) == 0)
            _files.Arm(DiskFault.NoSpace, _random.Next(60), _random.Next(100));
        Totals.Steps++;
        var partition = _partitions[_random.Next(_partitions.Length)];
        // A broker tries again to create what had no space.
        if (_manager.Get(partition.Name) is null && _files.Hits.Count > 0 && _manager.LiveDirectories.Count() == 2)
            Create(partition);
        var log = _manager.Get(partition.Name);
        if (_random.Next(4) == 0 || log is null)
            ManagerStep(partition);
        else
            LogStep(partition, log);
    }

    private void LogStep(SimulatedPartition partition, PartitionLog log)
    {
        switch (_random.Next(30))
        {
            case 0:
                partition.Flush(log);
                break;
            case 1:
                partition.Truncate(log);
                break;
            case 2 when _random.Next(4) == 0:
                partition.TruncateFully(log);
                break;
            case 3:
                partition.DeleteRecords(log);
                break;
            case 4 or 5:
                partition.EndTransaction(log, NowMs());
                break;
            case 6 when IsOftenFull:
                _files.Disarm();
                partition.Look(log);
                break;
            default:
                for (var count = _random.Next(1, 6); count > 0; count--)
                    partition.Append(log, ++_nextValue, NowMs() + _random.Next(-500, 500));
                break;
        }
    }

    private void Compact()
    {
        Trace("compact");
        _time.Advance(TimeSpan.FromMilliseconds(_random.Next(4) * 200));
        var logs = _partitions.Select(each => (Partition: each, Log: _manager.Get(each.Name))).ToArray();
        _manager.Cleaner.Run();
        foreach (var each in logs)
        {
            if (each.Log is { } log)
                each.Partition.OnCompacted(log);
        }
        Assert.That(HasDiskFailed() ? 0 : _manager.Cleaner.UncleanableCount, Is.Zero, "logs that cannot be compacted");
        Totals.Compactions++;
    }

    private void ManagerStep(SimulatedPartition partition)
    {
        if (_compacts && _random.Next(4) == 0)
        {
            Compact();
            return;
        }
        switch (_random.Next(16))
        {
            case 0:
                Trace("retention");
                // Also of a log whose directory fails meanwhile some segments may be gone.
                var logs = _partitions.Select(each => (Partition: each, Log: _manager.Get(each.Name))).ToArray();
                _manager.Maintenance.DeleteOldSegments();
                foreach (var each in logs)
                {
                    if (each.Log is { } log)
                        each.Partition.OnRetention(log);
                }
                break;
            case 1:
                Trace("recovery points");
                _manager.Maintenance.CheckpointRecoveryPoints();
                break;
            case 2:
                Trace("log start offsets");
                _manager.Maintenance.CheckpointLogStartOffsets();
                break;
            case 3:
                Trace("high watermarks");
                _manager.Maintenance.CheckpointHighWatermarks();
                break;
            case 4:
                Trace("flush.ms");
                _manager.Maintenance.FlushDirtyLogs();
                break;
            case 5:
                _time.Advance(TimeSpan.FromSeconds(1));
                RunBackground();
                break;
            case 6 when _random.Next(2) == 0:
                Restart(hasLostPower: true);
                break;
            case 7 when _random.Next(2) == 0:
                Restart(hasLostPower: false);
                break;
            case 8 when _random.Next(2) == 0:
                StopAndStart();
                break;
            case 9 when _random.Next(3) == 0:
                Recreate(partition);
                break;
            default:
                RunBackground();
                break;
        }
    }

    private void Recreate(SimulatedPartition partition)
    {
        if (_manager.Get(partition.Name) is null)
            return;
        _manager.Delete(partition.Name);
        partition.Recreate();
        if (_random.Next(2) == 0)
            RunBackground();
        Create(partition);
    }

    private void Create(SimulatedPartition partition)
    {
        var hits = _files.Hits.Count;
        var error = _manager.GetOrCreate(partition.Name, partition.TopicId, out _);
        if (error == ErrorCode.KafkaStorageError && _files.Hits.Count > hits)
            return;
        if (error != ErrorCode.None)
            Assert.That((error, _manager.LiveDirectories.Count()), Is.EqualTo((ErrorCode.KafkaStorageError, 1)).Or.EqualTo(
                (ErrorCode.KafkaStorageError, 0)));
    }

    private void StopAndStart()
    {
        Trace("stop");
        while (_background.Count > 0)
            RunBackground();
        _files.Disarm();
        var live = _partitions.Where(partition => _manager.Get(partition.Name) is not null).ToArray();
        var logs = live.Select(partition => _manager.Get(partition.Name)!).ToArray();
        _manager.ShutdownAsync().GetAwaiter().GetResult();
        if (_manager.LiveDirectories.Count() == 2)
        {
            for (var i = 0; i < live.Length; i++)
                live[i].OnStopped(logs[i]);
        }
        Restart(hasLostPower: _random.Next(2) == 0);
    }

    /// <summary>Ends the process as a crash does and starts another one, during which the power may fail again.</summary>
    private void Restart(bool hasLostPower)
    {
        Totals.Restarts++;
        while (true)
        {
            Trace(hasLostPower ? "power failure" : "kill");
            Totals.PowerFailures += hasLostPower ? 1 : 0;
            if (IsHarmed())
                MarkUncertain();
            // What a flush has lost stays readable until the machine starts again.
            hasLostPower |= _files.HasLostSectors;
            var found = hasLostPower ? _files.LosePower(_random) : _files.Kill();
            Totals.Faults += _files.Hits.Count;
            _files = found;
            if (_faults.Length > 0 && _random.Next(3) == 0)
                _files.Arm(_faults[_random.Next(_faults.Length)], _random.Next(100));
            if (IsOftenFull && _random.Next(3) == 0)
                _files.Arm(DiskFault.NoSpace, _random.Next(100), _random.Next(100));
            if (TryStart(hasLostPower))
                return;
            // What the start before has changed may be half done.
            hasLostPower |= _files.IsOff || _random.Next(2) == 0;
        }
    }

    private bool TryStart(bool hasLostPower)
    {
        try
        {
            Start(hasLostPower);
            return true;
        }
        catch (Exception e) when (_files.Hits.Count > 0 && e is IOException or PowerCutException)
        {
            Trace($"the start has failed: {_files.Hits[0]}");
            return false;
        }
    }

    private void Start(bool hasLostPower)
    {
        (_time, _background) = (new ManualTimeProvider(_time.GetUtcNow()), []);
        _manager = LogManager.Open(new LogManagerOptions
        {
            FileSystem = _files,
            Directories = ["/a", "/b"],
            BrokerConfig = ConfigValues.Parse(s_schema, new Dictionary<string, string>
            {
                ["num.recovery.threads.per.data.dir"] = "1",
                ["transaction.partition.verification.enable"] = "false",
                ["log.segment.bytes"] = "1048576",
            }),
            Time = _time,
            Random = new Random(_random.Next()),
            Background = _background.Add,
            PartitionComparer = new PartitionComparer(),
            DirectoryFailed = failure => Trace($"{failure.Directory.Path} failed: {failure.Cause.Message}"),
        });
        Guarded(() => OnStarted(hasLostPower));
        if (HasDiskFailed())
            throw new IOException("a call failed during the start, and the process ends");
        Assert.That(_manager.LiveDirectories.Count(), Is.EqualTo(2), "no call has failed");
    }

    private void OnStarted(bool hasLostPower)
    {
        foreach (var partition in _partitions)
        {
            var overrides = new Dictionary<string, string>(s_common);
            if (_compacts)
                ConfigureCompaction(partition, overrides);
            if (partition.Name.Topic != "plain")
                overrides["flush.messages"] = partition.IsFlushedAlways ? "1" : "5";
            _manager.UpdateTopicConfigs(new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                [partition.Name.Topic] = overrides,
            });
        }
        // As a broker at start: the log of a topic that was deleted is set aside, and a missing one is created.
        _manager.SetStraysAside(log => _partitions.All(
            partition => partition.Name != log.TopicPartition || (log.TopicId is { } id && id != partition.TopicId)));
        foreach (var partition in _partitions)
        {
            Create(partition);
            if (HasDiskFailed() || _manager.Get(partition.Name) is not { } log)
                continue;
            _files.Disarm();
            partition.Verify(log, hasLostPower);
        }
    }

    private static void ConfigureCompaction(SimulatedPartition partition, Dictionary<string, string> overrides)
    {
        foreach (var (key, value) in s_compacted)
            overrides[key] = value;
        if (partition.Name.Topic != "plain")
            overrides["cleanup.policy"] = "compact,delete";
    }

    /// <summary>Runs what a broker does, and what it does when the disk fails under it: the directory goes offline.</summary>
    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (_files.Hits.Count > 0 && e is IOException or PowerCutException or ObjectDisposedException)
        {
            Trace($"{e.GetType().Name}: {e.Message}");
            foreach (var directory in _manager.LiveDirectories.ToArray())
            {
                if (e is IOException && !DiskErrors.IsFull(e) && e.Message.Contains($" {directory.Path}/", StringComparison.Ordinal))
                    _manager.Fail(directory, e);
            }
        }
    }

    private void MarkUncertain()
    {
        foreach (var partition in _partitions)
            partition.IsUncertain = true;
    }

    // In any order, as several threads may run it.
    private void RunBackground()
    {
        Trace($"background work {_background.Count}");
        foreach (var work in _background.ToArray().OrderBy(_ => _random.Next()).ToArray())
        {
            _background.Remove(work);
            work();
        }
    }

    // A disk that had no space has lost nothing. Where that has stopped half of a change, the directory is offline.
    private bool IsHarmed() => _files.IsBroken || (HasDiskFailed() && _manager.LiveDirectories.Count() < 2);

    private bool HasDiskFailed() => _files.Hits.Count > 0;

    private long NowMs() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private void Trace(string step)
    {
        Traced?.Invoke(step);
        _steps.Add(step);
    }

    /// <summary>The hash codes of strings differ between processes, and a history must not.</summary>
    private sealed class PartitionComparer : IEqualityComparer<TopicPartition>
    {
        public bool Equals(TopicPartition first, TopicPartition second) => first == second;

        public int GetHashCode(TopicPartition partition) => partition.Topic[0] * 31 + partition.Partition;
    }
}
