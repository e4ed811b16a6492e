using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;
using KafkaSharp.Storage.Tests.Cleaning;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>A segment with offsets too far apart for its indexes is divided by a start that must make the indexes again.</summary>
public sealed class OverflowedSegmentTests
{
    private readonly ManualTimeProvider _time = new();
    private MemoryFileSystem _files = null!;
    private Dictionary<string, string> _before = null!;

    [SetUp]
    public void Create()
    {
        _files = new MemoryFileSystem(_time);
        using var log = CleanedLog.CreateToBeSplit(_files, _time);
        _before = CommittedView.Of(log);
        log.CloseAbruptly();
    }

    [Test]
    public void After_a_crash()
    {
        using var log = CleanedLog.Open(_files, _time, isClean: false, recoveryPoint: 0);
        Check(log);
    }

    [Test]
    public void When_an_index_is_missing()
    {
        _files.DeleteFile(LogFileNames.OffsetIndex(CleanedLog.Folder, 0));
        using var log = CleanedLog.Open(_files, _time, isClean: true);
        Check(log);
    }

    [Test]
    public void What_is_not_valid_behind_it_is_cut_with_all_that_follows([Values(1, 61, 100_000)] int bytes)
    {
        using (var file = _files.OpenFile(LogFileNames.Log(CleanedLog.Folder, 0), StorageFileMode.Open))
            file.Write(file.Length, new byte[bytes]);
        using var log = CleanedLog.Open(_files, _time, isClean: false, recoveryPoint: 0);
        Assert.That(CommittedView.Of(log), Is.EquivalentTo(_before));
        Assert.That(log.Segments.Snapshot.Select(segment => segment.BaseOffset), Is.EqualTo(new[] { 0, 3_000_000_000, 6_000_000_000 }));
        Assert.That(log.LogEndOffset, Is.EqualTo(6_000_000_001));
    }

    private void Check(PartitionLog log)
    {
        Assert.That(log.Segments.Snapshot.Select(segment => segment.BaseOffset),
            Is.EqualTo(new[] { 0, 3_000_000_000, 6_000_000_000, 6_000_000_001 }));
        Assert.That(CommittedView.Of(log), Is.EquivalentTo(_before));
        Assert.That(_files.EnumerateFiles(CleanedLog.Folder), Has.None.EndsWith(LogFileNames.SwapSuffix));
        Assert.That(log.LogEndOffset, Is.EqualTo(6_000_000_001));
    }
}
