using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>
/// Each call of the file system fails once, one in each run. A producer sends a refused batch again; every batch must be in the log
/// once, at the acknowledged offset, before and after a crash.
/// </summary>
public sealed class SingleFaultTests
{
    private const int Batches = 45;

    private readonly List<long> _offsets = [];
    private int _calls;
    private int _failingCall;
    private string _failed = "";

    [Test]
    public void Whatever_call_fails_once_each_acknowledged_batch_is_in_the_log_once()
    {
        var runs = 0;
        do
        {
            _failed = "";
            Run(runs++);
        }
        while (_failed.Length > 0);
        Assert.That(runs, Is.GreaterThan(100));
    }

    private void Run(int failingCall)
    {
        (_calls, _failingCall) = (0, int.MaxValue);
        _offsets.Clear();
        var inner = new MemoryFileSystem(TimeProvider.System);
        var files = new FaultyFileSystem(inner, (operation, path) =>
        {
            if (_calls++ != _failingCall)
                return null;
            _failed = $"{operation} {path}";
            return new IOException("Input/output error", 5);
        });
        var log = Open(files, cleanShutdown: true);
        _failingCall = _calls + failingCall;
        for (var sequence = 0; sequence < Batches; sequence++)
        {
            _offsets.Add(Append(log, sequence));
            if (sequence % 7 == 0)
                TryFlush(log);
        }
        _failingCall = int.MaxValue;
        AssertWhole(log);
        log.CloseAbruptly();

        log = Open(files, cleanShutdown: false);
        AssertWhole(log);
        _offsets.Add(Append(log, Batches));
        AssertWhole(log);
        log.CloseAbruptly();
    }

    private long Append(PartitionLog log, int sequence)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var info = log.AppendAsLeader(TestLog.Batch(options: TestLog.Producer(1, 0, sequence)), leaderEpoch: sequence / 20);
            if (info.ErrorCode == ErrorCode.None)
                return info.FirstOffset;
            Assert.That(info.ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError), $"{sequence} after {_failed}: {info.ErrorMessage}");
        }
        throw new AssertionException($"{sequence} is refused for ever after {_failed}");
    }

    private static void TryFlush(PartitionLog log)
    {
        try
        {
            log.Flush();
        }
        catch (IOException)
        {
            // The log directory would go offline now; here the log goes on.
        }
    }

    private void AssertWhole(PartitionLog log)
    {
        List<(int Sequence, long Offset)> found = [];
        for (long offset = 0; offset < log.LogEndOffset;)
        {
            using var read = log.Read(offset, 1 << 20, FetchIsolation.LogEnd, true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None), $"at {offset} after {_failed}");
            Assert.That(read.Records.Length, Is.GreaterThan(0), $"at {offset} after {_failed}");
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                found.Add((batch.Header.BaseSequence, batch.BaseOffset));
                offset = batch.LastOffset + 1;
            }
        }
        Assert.That(found, Is.EqualTo(_offsets.Select((offset, sequence) => (sequence, offset))), $"after {_failed}");
    }

    private static PartitionLog Open(IFileSystem files, bool cleanShutdown) => PartitionLog.Open(new PartitionLogOptions
    {
        FileSystem = files,
        Directory = "/data/t-0",
        TopicPartition = new TopicPartition("t", 0),
        Config = LogConfig.From(new Dictionary<string, string>(), new Dictionary<string, string>
        {
            ["internal.segment.bytes"] = "2000",
            ["index.interval.bytes"] = "300",
        }),
        Random = new Random(1),
        HadCleanShutdown = cleanShutdown,
        Background = work => work(),
    });
}
