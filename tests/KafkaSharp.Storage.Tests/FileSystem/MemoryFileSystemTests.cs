using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.FileSystem;

public sealed class MemoryFileSystemTests
{
    [Test]
    public void Past_the_bound_a_write_fails_and_leaves_the_file_as_it_was()
    {
        var files = new MemoryFileSystem(TimeProvider.System, maxBytes: 1 << 20);
        files.CreateDirectory("/d");
        using var file = files.OpenFile("/d/a", StorageFileMode.Create);
        file.Write(0, new byte[600_000]);
        Assert.That(() => file.Write(600_000, new byte[600_000]), Throws.InstanceOf<IOException>());
        Assert.That(file.Length, Is.EqualTo(600_000));
        files.DeleteFile("/d/a");
        Assert.That(files.UsedBytes, Is.Zero);
    }

    [Test]
    public void Past_the_bound_a_file_moves_to_the_spill_folder_and_reads_on()
    {
        using var spill = new TestFolder();
        var files = new MemoryFileSystem(TimeProvider.System, 1 << 20, spill.Files, spill.Path);
        files.CreateDirectory("/d");
        using var file = files.OpenFile("/d/a", StorageFileMode.Create);
        var first = Enumerable.Range(0, 600_000).Select(i => (byte)i).ToArray();
        file.Write(0, first);
        using var borrowed = file.Borrow(0, 600_000);
        file.Write(600_000, first);
        using var all = file.Borrow(0, 1_200_000);
        Assert.That(borrowed.Span.SequenceEqual(first));
        Assert.That(all.Length, Is.EqualTo(1_200_000));
        Assert.That(all.Span[600_000..].SequenceEqual(first));
        Assert.That(files.UsedBytes, Is.Zero);
        Assert.That(spill.Files.EnumerateFiles(spill.Path), Has.Count.EqualTo(1));
        files.DeleteFile("/d/a");
        Assert.That(spill.Files.EnumerateFiles(spill.Path), Is.Empty);
    }

    [Test]
    public void An_append_within_a_chunk_gives_the_chunk_itself()
    {
        var files = new MemoryFileSystem(TimeProvider.System);
        files.CreateDirectory("/d");
        using var file = files.OpenFile("/d/a", StorageFileMode.Create);
        file.Write(0, new byte[3000]);
        var borrowed = file.Borrow(100, 2000);
        Assert.That(borrowed.Lease, Is.Null);
    }
}
