using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>
/// Each call of the file system in a truncation fails once, one in each run. The log is as it was, or it is closed: nothing is appended to
/// half a truncation. After the next start it has no gap and everything below the offset.
/// </summary>
public sealed class TruncationFaultTests
{
    private const int Batches = 60;

    private readonly List<string> _failures = [];
    private string _failed = "";

    [TestCase(25, true)]
    [TestCase(25, false)]
    [TestCase(58, true)]
    [TestCase(0, false)]
    public void Whatever_call_fails_the_log_has_no_gap(long offset, bool isFlushed)
    {
        var (runs, closed) = (0, 0);
        do
        {
            _failed = "";
            _failures.Clear();
            closed += Run(runs++, offset, isFlushed) ? 1 : 0;
        }
        while (_failed.Length > 0);
        Assert.That(runs, Is.GreaterThan(4));
        Assert.That(closed, Is.GreaterThan(0), "failures half way");
    }

    /// <summary>Whether the log was closed.</summary>
    private bool Run(int failingCall, long offset, bool isFlushed)
    {
        var calls = int.MinValue;
        var files = new FaultyFileSystem(new MemoryFileSystem(TimeProvider.System), (operation, path) =>
        {
            if (calls++ != failingCall)
                return null;
            _failed = $"{operation} {path}";
            return new IOException("Input/output error", 5);
        });
        var log = Open(files, cleanShutdown: true, recoveryPoint: 0);
        for (var i = 0; i < Batches; i++)
            Assert.That(log.AppendAsLeader(TestLog.Batch(timestamp: i), i / 20).ErrorCode, Is.EqualTo(ErrorCode.None));
        if (isFlushed)
            log.Flush();
        var recoveryPoint = log.RecoveryPoint;
        calls = 0;
        try
        {
            log.TruncateTo(offset);
            Assert.That(_failed, Is.Empty, "the truncation succeeded");
        }
        catch (IOException)
        {
        }
        calls = int.MinValue;
        var next = log.AppendAsLeader(TestLog.Batch(timestamp: 1000), 9);
        var isClosed = next.ErrorCode == ErrorCode.KafkaStorageError;
        if (!isClosed)
        {
            Assert.That((next.ErrorCode, next.FirstOffset), Is.EqualTo((ErrorCode.None, _failed.Length == 0 ? offset : Batches)), _failed);
            AssertWhole(log);
        }
        Assert.That(_failures, Has.Count.EqualTo(isClosed ? 1 : 0), _failed);
        log.CloseAbruptly();

        log = Open(files, cleanShutdown: false, recoveryPoint);
        Assert.That(log.LogEndOffset, Is.GreaterThanOrEqualTo(offset), _failed);
        AssertWhole(log);
        Assert.That(log.AppendAsLeader(TestLog.Batch(timestamp: 2000), 10).ErrorCode, Is.EqualTo(ErrorCode.None), _failed);
        AssertWhole(log);
        log.CloseAbruptly();
        return isClosed;
    }

    private void AssertWhole(PartitionLog log)
    {
        var offset = log.LogStartOffset;
        while (offset < log.LogEndOffset)
        {
            using var read = log.Read(offset, 1 << 20, FetchIsolation.LogEnd, true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None), $"at {offset} after {_failed}");
            Assert.That(read.Records.Length, Is.GreaterThan(0), $"at {offset} after {_failed}");
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                Assert.That(batch.BaseOffset, Is.EqualTo(offset++), _failed);
            }
        }
    }

    private PartitionLog Open(IFileSystem files, bool cleanShutdown, long recoveryPoint) => PartitionLog.Open(new PartitionLogOptions
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
        RecoveryPoint = recoveryPoint,
        Background = work => work(),
        StorageFailed = (_, fault) => _failures.Add(fault.Message),
    });
}
