using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.FileSystem;

[TestFixture(true)]
[TestFixture(false)]
public sealed class FileSystemTests(bool onDisk)
{
    private TestFolder _folder = null!;

    private IFileSystem Files => _folder.Files;

    [SetUp]
    public void SetUp() => _folder = new TestFolder(onDisk);

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void What_is_written_is_read_and_borrowed()
    {
        using var file = Files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        file.Write(0, Bytes(0, 100));
        file.Write(100, Bytes(100, 100));
        using var borrowed = file.Borrow(50, 100);
        var read = new byte[300];
        Assert.That(file.Length, Is.EqualTo(200));
        Assert.That(borrowed.Span.ToArray(), Is.EqualTo(Bytes(50, 100)));
        Assert.That(file.Read(0, read), Is.EqualTo(200));
        Assert.That(read[..200], Is.EqualTo(Bytes(0, 200)));
        Assert.That(Files.GetLength(_folder["a"]), Is.EqualTo(200));
    }

    [Test]
    public void A_missing_file_has_no_length_and_no_time()
    {
        Assert.That(() => Files.GetLength(_folder["a"]), Throws.InstanceOf<FileNotFoundException>());
        Assert.That(() => Files.GetLastModified(_folder["a"]), Throws.InstanceOf<FileNotFoundException>());
    }

    [TestCase(0, 10)]
    [TestCase(5, 5)]
    [TestCase(10, 0)]
    [TestCase(99, 0)]
    public void Borrowing_is_clipped_to_the_end(int offset, int expected)
    {
        using var file = Files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        file.Write(0, Bytes(0, 10));
        using var borrowed = file.Borrow(offset, 1000);
        Assert.That(borrowed.Length, Is.EqualTo(expected));
    }

    [Test]
    public void Growth_shows_beyond_an_earlier_mapping()
    {
        using var file = Files.OpenFile(_folder["a"], StorageFileMode.CreateNew, expectedLength: 4096);
        file.Write(0, Bytes(0, 10));
        using var early = file.Borrow(0, 10);
        for (var i = 0; i < 40; i++)
            file.Write(10 + i * 100_000, Bytes(i, 100_000));
        using var late = file.Borrow(10 + 39 * 100_000, 100_000);
        Assert.That(early.Span.ToArray(), Is.EqualTo(Bytes(0, 10)));
        Assert.That(late.Span.SequenceEqual(Bytes(39, 100_000)));
    }

    [Test]
    public void Borrowed_bytes_outlive_truncation_and_what_is_written_after_it()
    {
        using var file = Files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        file.Write(0, Bytes(0, 200_000));
        using var borrowed = file.Borrow(0, 200_000);
        file.SetLength(100);
        file.Write(100, new byte[300_000]);
        using var after = file.Borrow(0, 1000);
        Assert.That(borrowed.Span.SequenceEqual(Bytes(0, 200_000)));
        Assert.That(after.Span[..100].ToArray(), Is.EqualTo(Bytes(0, 100)));
        Assert.That(after.Span[100..].ToArray(), Is.All.Zero);
        Assert.That(file.Length, Is.EqualTo(300_100));
        Assert.That(Files.EnumerateFiles(_folder.Path), Is.EqualTo(new[] { _folder["a"] }));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Borrowed_bytes_of_an_earlier_mapping_outlive_truncation_too(bool grows)
    {
        using var file = Files.OpenFile(_folder["a"], StorageFileMode.CreateNew, expectedLength: 4096);
        file.Write(0, Bytes(0, 200_000));
        using var borrowed = file.Borrow(0, 200_000);
        if (grows)
        {
            file.Write(200_000, new byte[4_000_000]);
            file.Borrow(4_000_000, 40_000).Dispose();
        }
        else
        {
            file.Flush();
            for (var round = 0; round < 5; round++)
                Files.CloseIdleFiles();
        }
        file.SetLength(100);
        Assert.That(borrowed.Span.SequenceEqual(Bytes(0, 200_000)));
        Assert.That(Files.GetLength(_folder["a"]), Is.EqualTo(100));
    }

    [Test]
    public void A_truncation_that_can_not_be_done_leaves_no_copy_behind()
    {
        if (!onDisk || !Posix.CanMap)
            Assert.Ignore("only what is mapped is copied");
        using var file = Files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        file.Write(0, Bytes(0, 200_000));
        using var borrowed = file.Borrow(0, 200_000);
        Files.CreateDirectory(_folder["d"]);
        file.Path = _folder["d"];
        Assert.That(() => file.SetLength(100), Throws.InstanceOf<IOException>());
        Assert.That(Files.EnumerateFiles(_folder.Path), Is.EqualTo(new[] { _folder["a"] }));
    }

    [Test]
    public void Borrowed_bytes_outlive_deletion_and_close()
    {
        var file = Files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        file.Write(0, Bytes(0, 200_000));
        using var borrowed = file.Borrow(0, 200_000);
        file.Dispose();
        Files.DeleteFile(_folder["a"]);
        Assert.That(Files.FileExists(_folder["a"]), Is.False);
        Assert.That(borrowed.Span.SequenceEqual(Bytes(0, 200_000)));
    }

    [Test]
    public void Readers_never_fault_while_a_writer_truncates_and_appends()
    {
        using var file = Files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        using var done = new CancellationTokenSource();
        var wrong = 0;
        // Every byte holds the low bits of its position, so any length can be checked.
        var pattern = Bytes(0, 1 << 20);
        file.Write(0, pattern);
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            for (var round = 0; !done.IsCancellationRequested; round++)
            {
                using var borrowed = file.Borrow(round * 4096 % (1 << 20), 65_536);
                if (!borrowed.Span.SequenceEqual(pattern.AsSpan(round * 4096 % (1 << 20), borrowed.Length)))
                    Interlocked.Increment(ref wrong);
            }
        })).ToArray();
        for (var round = 0; round < 60; round++)
        {
            var cut = (round + 1) * 7919 % (1 << 20);
            file.SetLength(cut);
            file.Write(cut, pattern.AsSpan(cut));
        }
        done.Cancel();
        Task.WaitAll(readers);
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Opening_follows_the_mode()
    {
        Assert.That(() => Files.OpenFile(_folder["none"], StorageFileMode.Open), Throws.InstanceOf<FileNotFoundException>());
        using (var file = Files.OpenFile(_folder["a"], StorageFileMode.OpenOrCreate))
            file.Write(0, Bytes(0, 10));
        Assert.That(() => Files.OpenFile(_folder["a"], StorageFileMode.CreateNew), Throws.InstanceOf<IOException>());
        using (var file = Files.OpenFile(_folder["a"], StorageFileMode.OpenOrCreate))
            Assert.That(file.Length, Is.EqualTo(10));
        using (var file = Files.OpenFile(_folder["a"], StorageFileMode.Create))
            Assert.That(file.Length, Is.Zero);
    }

    [Test]
    public void Renaming_replaces_files_and_moves_folders_under_open_files()
    {
        Files.CreateDirectory(_folder["d"]);
        using var file = Files.OpenFile(Path.Combine(_folder["d"], "x"), StorageFileMode.CreateNew);
        file.Write(0, Bytes(0, 10));
        Files.WriteAtomically(_folder["a"], Bytes(1, 5));
        Files.WriteAtomically(_folder["b"], Bytes(2, 6));
        Files.Rename(_folder["a"], _folder["b"]);
        Files.Rename(_folder["d"], _folder["e"]);
        file.Path = Path.Combine(_folder["e"], "x");
        file.SetLength(5);
        Assert.That(Files.ReadAllBytes(_folder["b"]), Is.EqualTo(Bytes(1, 5)));
        Assert.That(Files.EnumerateFiles(_folder.Path), Is.EqualTo(new[] { _folder["b"] }));
        Assert.That(Files.EnumerateDirectories(_folder.Path), Is.EqualTo(new[] { _folder["e"] }));
        Assert.That(Files.ReadAllBytes(file.Path), Is.EqualTo(Bytes(0, 5)));
        Files.DeleteDirectory(_folder["e"]);
        Files.DeleteDirectory(_folder["e"]);
        Assert.That(Files.DirectoryExists(_folder["e"]), Is.False);
    }

    [Test]
    public void A_lock_is_held_once()
    {
        var first = Files.TryLock(_folder[".lock"]);
        var second = Files.TryLock(_folder[".lock"]);
        first?.Dispose();
        using var third = Files.TryLock(_folder[".lock"]);
        Assert.That(first, Is.Not.Null);
        Assert.That(second, Is.Null);
        Assert.That(third, Is.Not.Null);
    }

    [Test]
    public void Extending_reads_as_zeros()
    {
        using var file = Files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        file.Write(0, Bytes(1, 10));
        file.SetLength(3_000_000);
        using var borrowed = file.Borrow(10, 2_999_990);
        Assert.That(borrowed.Length, Is.EqualTo(2_999_990));
        Assert.That(borrowed.Span.ContainsAnyExcept((byte)0), Is.False);
    }

    private static byte[] Bytes(int start, int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
            bytes[i] = (byte)((start + i) * 31 + ((start + i) >> 8));
        return bytes;
    }
}
