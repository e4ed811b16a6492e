using KafkaSharp.Broker.MetadataLog;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Broker.Tests.MetadataLog;

public sealed class SnapshotDirectoryTests
{
    private const int Size = 100_000;

    private static readonly OffsetAndEpoch s_id = new(7, 1);

    private string _folder = null!;
    private SnapshotDirectory _snapshots = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("kafkasharp-snapshots-").FullName;
        _snapshots = new SnapshotDirectory(PhysicalFileSystem.Instance, _folder);
        using var file = _snapshots.Create(s_id);
        file.Append(new byte[Size]);
        file.Freeze();
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_snapshot_that_is_deleted_while_it_is_read_is_read_to_its_end()
    {
        var first = _snapshots.OpenRead(s_id);
        using var second = _snapshots.OpenRead(s_id);
        Assert.That(first.ReadByte(), Is.Zero);

        _snapshots.Delete(s_id);
        // A handle that was not used lately is closed: the next read opens the file again.
        for (var round = 0; round < 3; round++)
            PhysicalFileSystem.Instance.CloseIdleFiles();

        Assert.That(_snapshots.List(), Is.Empty);
        Assert.That(first.ReadAtLeast(new byte[Size], Size, throwOnEndOfStream: false), Is.EqualTo(Size - 1));
        first.Dispose();
        first.Dispose();
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1), "another reader has it");
        second.Dispose();
        Assert.That(Directory.GetFiles(_folder), Is.Empty);
    }

    [Test]
    public void A_snapshot_that_nobody_reads_is_deleted_at_once()
    {
        _snapshots.OpenRead(s_id).Dispose();
        _snapshots.Delete(s_id);
        Assert.That(Directory.GetFiles(_folder), Is.Empty);
        Assert.That(() => _snapshots.OpenRead(s_id), Throws.InstanceOf<FileNotFoundException>());
    }
}
