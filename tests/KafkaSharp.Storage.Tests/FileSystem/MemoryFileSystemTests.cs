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

    [Test]
    public void A_file_with_an_origin_takes_memory_only_for_what_is_written()
    {
        using var folder = new TestFolder();
        var bytes = Bytes(5 << 20, seed: 1);
        Create(folder, "origin", bytes);
        var files = NewFiles(folder, long.MaxValue);
        files.AddFile("/d/a", PhysicalFileSystem.Instance.OpenToRead(folder["origin"]), lastModified: 42);
        Assert.That((files.GetLength("/d/a"), files.GetLastModified("/d/a"), files.UsedBytes), Is.EqualTo((5L << 20, 42L, 0L)));
        using var file = files.OpenFile("/d/a", StorageFileMode.OpenOrCreate);
        using (var all = file.Borrow(0, 5 << 20))
            Assert.That(all.Span.SequenceEqual(bytes));
        Assert.That(files.UsedBytes, Is.Zero);
        file.Write(file.Length - 1, [9, 9]);
        Assert.That(files.UsedBytes, Is.EqualTo((1 << 20) + (1 << 10)), "the chunk that was changed, and a new one");
        using (var end = file.Borrow((5 << 20) - 3, 10))
            Assert.That(end.Span.ToArray(), Is.EqualTo(new byte[] { bytes[^3], bytes[^2], 9, 9 }));
        Assert.That(File.ReadAllBytes(folder["origin"]).SequenceEqual(bytes), "the origin is not changed");
        Assert.That(() => files.AddFile("/d/a", file, 0), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void Any_sequence_of_changes_gives_what_it_gives_without_an_origin(
        [Range(1, 8)] int seed, [Values(long.MaxValue, 3 << 20)] long maxBytes)
    {
        using var folder = new TestFolder();
        var random = new Random(seed);
        var bytes = Bytes(random.Next(0, 4 << 20), seed);
        Create(folder, "origin", bytes);
        var files = NewFiles(folder, maxBytes);
        files.AddFile("/d/a", PhysicalFileSystem.Instance.OpenToRead(folder["origin"]), 0);
        using var file = files.OpenFile("/d/a", StorageFileMode.Open);
        var model = new MemoryStream();
        model.Write(bytes);
        for (var step = 0; step < 30; step++)
        {
            if (random.Next(3) == 0)
            {
                var length = random.NextInt64(0, Math.Min(5 << 20, model.Length + (1 << 20)));
                file.SetLength(length);
                model.SetLength(length);
            }
            else
            {
                var at = random.Next((int)model.Length + 1);
                var written = Bytes(random.Next(random.Next(2) == 0 ? 100 : 1 << 20), random.Next());
                file.Write(at, written);
                model.Position = at;
                model.Write(written);
            }
            var from = random.Next((int)model.Length + 1);
            var expected = model.ToArray().AsSpan(from);
            expected = expected[..Math.Min(expected.Length, random.Next(2 << 20))];
            using var borrowed = file.Borrow(from, expected.Length);
            var read = new byte[expected.Length];
            Assert.That(file.Read(from, read), Is.EqualTo(expected.Length));
            Assert.That(borrowed.Span.SequenceEqual(expected) && read.AsSpan().SequenceEqual(expected), $"seed {seed}, step {step}");
        }
        Assert.That(file.Length, Is.EqualTo(model.Length));
        Assert.That(File.ReadAllBytes(folder["origin"]).SequenceEqual(bytes), "the origin is not changed");
    }

    private static MemoryFileSystem NewFiles(TestFolder spill, long maxBytes)
    {
        var files = new MemoryFileSystem(TimeProvider.System, maxBytes, spill.Files, spill["spill"]);
        files.CreateDirectory("/d");
        return files;
    }

    private static void Create(TestFolder folder, string name, byte[] bytes) => File.WriteAllBytes(folder[name], bytes);

    private static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
