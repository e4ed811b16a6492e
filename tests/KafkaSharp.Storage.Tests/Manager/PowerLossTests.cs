using System.Buffers.Binary;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>
/// Power failures at any time during appends, rolls, truncations, deletions, checkpoints, stops and starts. What was flushed is there
/// afterwards, and the log is one without gaps.
/// </summary>
public sealed class PowerLossTests
{
    private static readonly TopicPartition Partition = new("t", 0);
    private static readonly Dictionary<string, string> Overrides = new()
    {
        ["internal.segment.bytes"] = "2000",
        ["index.interval.bytes"] = "300",
        ["file.delete.delay.ms"] = "1000",
        ["retention.bytes"] = "8000",
    };

    private readonly ManualTimeProvider _time = new();
    private readonly List<Action> _background = [];
    private readonly List<string> _steps = [];

    // What each offset contains now, and all that it ever contained since the topic was created.
    private readonly SortedDictionary<long, int> _records = [];
    private readonly HashSet<(long Offset, int Value)> _everWritten = [];
    private PowerLossFileSystem _files = null!;
    private LogManager _manager = null!;
    private Random _random = null!;
    private Uuid _topicId;
    private long _flushedEnd;
    private long _start;
    private int _epoch;
    private int _nextValue;

    private PartitionLog Log => _manager.Get(Partition)!;

    [Test]
    public async Task What_was_flushed_is_there_after_a_power_failure([Range(1, 80)] int seed)
    {
        _random = new Random(seed);
        _files = new PowerLossFileSystem();
        _files.CreateDirectory("/a");
        _files.FlushDirectory("/");
        _topicId = new Uuid(1, 1);
        _epoch = _nextValue = 0;
        (_flushedEnd, _start) = (0, 0);
        _records.Clear();
        _everWritten.Clear();
        _steps.Clear();
        _background.Clear();
        Open();
        try
        {
            for (var step = 0; step < 120; step++)
                await Step();
            LosePower();
        }
        catch (Exception e) when (e is not SuccessException)
        {
            throw new AssertionException($"seed {seed}: {string.Join(", ", _steps.TakeLast(40))}: {e}", e);
        }
        finally
        {
            _manager.Abandon();
        }
    }

    private async Task Step()
    {
        switch (_random.Next(40))
        {
            case 0:
                _steps.Add("flush");
                Log.Flush();
                _flushedEnd = Log.LogEndOffset;
                Assert.That(Log.RecoveryPoint, Is.EqualTo(_flushedEnd));
                break;
            case 1:
                Truncate(_random.NextInt64(_start, Log.LogEndOffset + 1));
                break;
            case 2 when _random.Next(4) == 0:
                TruncateFully(_start + _random.Next(100));
                break;
            case 3 or 4:
                _steps.Add($"high watermark {Log.LogEndOffset}");
                Log.UpdateHighWatermark(Log.LogEndOffset);
                break;
            case 5 when _start <= Log.HighWatermark:
                _start = Math.Max(_start, _random.NextInt64(_start, Log.HighWatermark + 1));
                _steps.Add($"delete records before {_start}");
                Assert.That(Log.IncrementLogStartOffset(_start), Is.EqualTo(ErrorCode.None));
                break;
            case 6:
                _manager.Maintenance.DeleteOldSegments();
                _start = Math.Max(_start, Log.LogStartOffset);
                _steps.Add($"retention to {_start}");
                break;
            case 7:
                _steps.Add("recovery points");
                _manager.Maintenance.CheckpointRecoveryPoints();
                break;
            case 8:
                _steps.Add("log start offsets");
                _manager.Maintenance.CheckpointLogStartOffsets();
                break;
            case 9:
                _steps.Add("high watermarks");
                _manager.Maintenance.CheckpointHighWatermarks();
                break;
            case 10 or 11:
                RunBackground();
                break;
            case 12:
                _time.Advance(TimeSpan.FromSeconds(1));
                RunBackground();
                break;
            case 13:
                LosePower();
                break;
            case 14:
                await Restart();
                break;
            case 15 when _random.Next(4) == 0:
                Recreate();
                break;
            case 16:
                _steps.Add("kill");
                _manager.Abandon();
                Open();
                Verify();
                break;
            default:
                Append(_random.Next(1, 6));
                break;
        }
    }

    private void Append(int count)
    {
        _steps.Add($"append {count} at {Log.LogEndOffset}");
        for (var i = 0; i < count; i++)
        {
            var value = new byte[50 + _random.Next(200)];
            BinaryPrimitives.WriteInt32BigEndian(value, ++_nextValue);
            using var builder = new RecordBatchBuilder(new RecordBatchOptions());
            builder.Append(_time.GetUtcNow().ToUnixTimeMilliseconds(), "k"u8, value);
            var info = Log.AppendAsLeader(builder.Build().ToArray(), _epoch);
            Assert.That(info.ErrorCode, Is.EqualTo(ErrorCode.None));
            _records[info.FirstOffset] = _nextValue;
            _everWritten.Add((info.FirstOffset, _nextValue));
        }
    }

    private void Truncate(long offset)
    {
        _steps.Add($"truncate to {offset}");
        Log.TruncateTo(offset);
        Forget(offset);
        NextEpoch();
    }

    private void TruncateFully(long offset)
    {
        _steps.Add($"start again at {offset}");
        Log.TruncateFullyAndStartAt(offset);
        _records.Clear();
        _start = offset;
        _flushedEnd = 0;
        NextEpoch();
    }

    private void Forget(long from)
    {
        foreach (var offset in _records.Keys.Where(offset => offset >= from).ToArray())
            _records.Remove(offset);
        _flushedEnd = Math.Min(_flushedEnd, from);
    }

    private void NextEpoch()
    {
        _epoch++;
        Log.AssignEpochStartOffset(_epoch);
    }

    private void Recreate()
    {
        _steps.Add("delete and create");
        _manager.Delete(Partition);
        _topicId = new Uuid(1, _topicId.LeastSignificantBits + 1);
        _records.Clear();
        _everWritten.Clear();
        (_flushedEnd, _start) = (0, 0);
        if (_random.Next(2) == 0)
            RunBackground();
        Assert.That(_manager.GetOrCreate(Partition, _topicId, out _), Is.EqualTo(ErrorCode.None));
    }

    private async Task Restart()
    {
        _steps.Add("stop and start");
        RunBackground();
        await _manager.ShutdownAsync();
        _flushedEnd = _records.Count == 0 ? 0 : _records.Keys.Last() + 1;
        if (_random.Next(2) == 0)
        {
            _steps.Add("power failure");
            _files = _files.LosePower(_random);
        }
        Open();
        Verify();
    }

    private void LosePower()
    {
        _steps.Add("power failure");
        var found = _files.LosePower(_random);
        _manager.Abandon();
        _background.Clear();
        _files = found;
        Open();
        Verify();
    }

    private void Open()
    {
        _background.Clear();
        _manager = LogManager.Open(new LogManagerOptions
        {
            FileSystem = _files,
            Directories = ["/a"],
            Time = _time,
            Random = new Random(1),
            Background = _background.Add,
            DirectoryFailed = failure => _steps.Add($"the directory failed: {failure.Cause}"),
        });
        Assert.That(_manager.LiveDirectories.Count(), Is.EqualTo(1), "the directory failed");
        _manager.UpdateTopicConfigs(new Dictionary<string, IReadOnlyDictionary<string, string>> { ["t"] = Overrides });
        // As a broker at start: the log of a topic that was deleted is set aside, and a missing one is created.
        _manager.SetStraysAside(log => log.TopicId is { } id && id != _topicId);
        Assert.That(_manager.GetOrCreate(Partition, _topicId, out _), Is.EqualTo(ErrorCode.None));
    }

    private void RunBackground()
    {
        _steps.Add($"background work {_background.Count}");
        foreach (var work in _background.ToArray())
            work();
        _background.Clear();
    }

    /// <summary>
    /// The log has what was flushed, and what else it has was once written there. The test continues with it. As in Kafka, records
    /// above may be missing between others, if the power failed before any of them was flushed.
    /// </summary>
    private void Verify()
    {
        _steps.Add($"found {Log.LogStartOffset} to {Log.LogEndOffset}");
        if (_flushedEnd > _start)
            Assert.That(Log.LogStartOffset, Is.LessThanOrEqualTo(_start));
        // Deleted records may come back, without the epochs that were deleted with them.
        var deletedBelow = _start;
        _start = _start <= Log.LogEndOffset ? Math.Max(_start, Log.LogStartOffset) : Log.LogStartOffset;
        var found = Read(deletedBelow);
        foreach (var (offset, value) in _records)
        {
            if (offset >= _start && offset < _flushedEnd)
                Assert.That(found.GetValueOrDefault(offset), Is.EqualTo(value), $"at {offset}");
        }
        _records.Clear();
        foreach (var (offset, value) in found)
        {
            _records[offset] = value;
            using var read = Log.Read(offset, 1, FetchIsolation.LogEnd, minOneMessage: true);
            Assert.That(BinaryPrimitives.ReadInt64BigEndian(read.Records.Span), Is.EqualTo(offset), "by the index");
        }
        _epoch = Math.Max(_epoch, Log.LatestEpoch ?? 0);
        NextEpoch();
    }

    private SortedDictionary<long, int> Read(long deletedBelow)
    {
        SortedDictionary<long, int> found = [];
        for (var offset = _start; offset < Log.LogEndOffset;)
        {
            using var read = Log.Read(offset, 1 << 20, FetchIsolation.LogEnd, minOneMessage: true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None), $"at {offset}");
            if (read.Records.Length == 0)
                break;
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                Assert.That(batch.BaseOffset, Is.GreaterThanOrEqualTo(offset), "ascending");
                offset = batch.BaseOffset;
                using var records = new RecordReader(batch);
                Assert.That(records.MoveNext());
                var value = BinaryPrimitives.ReadInt32BigEndian(records.Current.Value);
                Assert.That(_everWritten, Does.Contain((offset, value)));
                if (offset >= deletedBelow || Log.EpochForOffset(offset) is not null)
                    Assert.That(Log.EpochForOffset(offset), Is.EqualTo(batch.PartitionLeaderEpoch), $"the epoch at {offset}");
                found[offset++] = value;
            }
        }
        return found;
    }
}
