using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.FileSystem;

public sealed class FileHandlesTests
{
    private const int Limit = 8;
    private const int Size = 100_000;

    private static readonly byte[] s_pattern = [.. Enumerable.Range(0, Size).Select(i => (byte)(i * 7 + i / 251))];

    private FileHandles _handles = null!;
    private PhysicalFileSystem _files = null!;
    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _handles = new FileHandles(Limit);
        _files = new PhysicalFileSystem(_handles);
        _folder = new TestFolder(onDisk: true);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void A_file_that_exists_is_opened_when_it_is_used()
    {
        File.WriteAllBytes(_folder["a"], [1, 2, 3]);
        using var file = _files.OpenFile(_folder["a"], StorageFileMode.OpenOrCreate);
        Assert.That((file.Length, _handles.Count), Is.EqualTo((3, 0)));
        var read = new byte[3];
        file.Read(0, read);
        Assert.That((read[2], _handles.Count), Is.EqualTo(((byte)3, 1)));
        file.Dispose();
        Assert.That(_handles.Count, Is.Zero);
        Assert.That(() => file.Read(0, read), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void A_missing_file_is_noticed_when_it_is_opened() =>
        Assert.That(() => _files.OpenFile(_folder["a"], StorageFileMode.Open), Throws.InstanceOf<FileNotFoundException>());

    [Test]
    public void Many_files_are_written_read_and_truncated_with_few_handles()
    {
        var opened = Enumerable.Range(0, 100).Select(i => _files.OpenFile(_folder[$"{i}"], StorageFileMode.CreateNew)).ToArray();
        for (var round = 0; round < 3; round++)
        {
            foreach (var (index, file) in opened.Index())
            {
                file.Write(round, [(byte)(index + round)]);
                file.Flush();
                Assert.That(_handles.Count, Is.LessThanOrEqualTo(Limit));
            }
        }
        var read = new byte[3];
        foreach (var (index, file) in opened.Index())
        {
            file.SetLength(2);
            Assert.That((file.Read(0, read), read[0], read[1]), Is.EqualTo((2, (byte)index, (byte)(index + 1))));
            file.Dispose();
        }
        Assert.That(_handles.Count, Is.Zero);
    }

    [Test]
    public void A_file_that_is_written_stays_open_while_others_are_read_once()
    {
        using var active = _files.OpenFile(_folder["active"], StorageFileMode.CreateNew);
        active.Write(0, [1]);
        var open = (PhysicalFile)active;
        for (var index = 0; index < 3 * Limit; index++)
        {
            File.WriteAllBytes(_folder[$"{index}"], [1]);
            using var file = _files.OpenFile(_folder[$"{index}"], StorageFileMode.Open);
            file.Read(0, new byte[1]);
            active.Write(0, [1]);
            Assert.That(open.Slot, Is.GreaterThanOrEqualTo(0));
        }
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void Bytes_that_are_lent_outlive_the_handle_of_their_file_and_count_as_open()
    {
        using var file = _files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        file.Write(0, Pattern());
        var borrowed = file.Borrow(0, Size);
        Assert.That(FileBackedMemory.TryFind(borrowed.Memory, out _, out _));
        Assert.That(((PhysicalFile)file).TryCloseHandle());
        _handles.Remove((PhysicalFile)file);
        Assert.That(_handles.Count, Is.EqualTo(1));
        Assert.That(borrowed.Span.SequenceEqual(Pattern()));

        // The file does not know its lease by a handle any more, but a truncation still respects it.
        file.SetLength(10);
        file.Write(10, new byte[Size]);
        Assert.That(borrowed.Span.SequenceEqual(Pattern()));
        borrowed.Dispose();
        Assert.That(_handles.Count, Is.EqualTo(1));
    }

    // What readers that have stopped keep must not depend on how many they are: then nothing may be copied for them.
    [Test]
    [Platform("Linux,MacOsX")]
    public void Leases_take_at_most_half_of_the_handles_and_of_other_files_only_pages_are_lent()
    {
        List<IDisposable> open = [];
        var withHandle = 0;
        for (var index = 0; index < 3 * Limit; index++)
        {
            var file = _files.OpenFile(_folder[$"{index}"], StorageFileMode.CreateNew);
            file.Write(0, Pattern());
            for (var reader = 0; reader < 3; reader++)
            {
                var borrowed = file.Borrow(reader, Size);
                Assert.That(borrowed.Span.SequenceEqual(Pattern().AsSpan(reader)));
                Assert.That(FileBackedMemory.TryFind(borrowed.Memory, out var backing, out _));
                withHandle += backing!.HasHandle ? 1 : 0;
                open.Add(borrowed);
            }
            Assert.That(_handles.Count, Is.LessThanOrEqualTo(Limit));
            file.Dispose();
        }
        Assert.That((withHandle, _handles.Count), Is.EqualTo((3 * Limit / 2, Limit / 2)));
        open.ForEach(lease => lease.Dispose());
        Assert.That((_handles.Count, _handles.CanLend), Is.EqualTo((0, true)));
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void A_file_that_is_lent_is_not_closed_so_that_it_never_has_two_handles([Values] bool isIdle)
    {
        using var file = _files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        file.Write(0, Pattern());
        file.Flush();
        List<IDisposable> readers = [];
        for (var reader = 0; reader < 3 * Limit; reader++)
        {
            readers.Add(file.Borrow(0, Size));
            for (var round = 0; round <= PhysicalFile.MostChances; round++)
            {
                if (isIdle)
                    _files.CloseIdleFiles();
                else
                    FailOnce();
            }
            Assert.That(_handles.Count, Is.EqualTo(1));
        }
        readers.ForEach(lease => lease.Dispose());
        for (var round = 0; round <= PhysicalFile.MostChances; round++)
            _files.CloseIdleFiles();
        Assert.That(_handles.Count, Is.Zero);
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void A_truncation_respects_pages_that_are_lent_without_a_handle()
    {
        using var file = new PhysicalFileSystem(new FileHandles(1)).OpenFile(_folder["a"], StorageFileMode.CreateNew);
        file.Write(0, Pattern());
        using var first = file.Borrow(0, Size);
        Assert.That(FileBackedMemory.TryFind(first.Memory, out var backing, out _) && !backing.HasHandle);
        using var second = file.Borrow(5, Size);
        Assert.That(FileBackedMemory.TryFind(second.Memory, out var shared, out _) && shared == backing);

        file.SetLength(10);
        file.Write(10, new byte[Size]);
        Assert.That(first.Span.SequenceEqual(Pattern()));
        using var third = file.Borrow(0, Size);
        Assert.That(third.Span[10..].IndexOfAnyExcept((byte)0), Is.Negative);
    }

    // The copies of a client that reads nothing of its response stay as long as it does.
    [Test]
    [Platform("Linux,MacOsX")]
    public void Short_pieces_are_lent_while_many_copies_of_them_are_kept()
    {
        const int Short = 16 * 1024;
        var handles = new FileHandles(Limit, mostCopiedBytes: 2 * Short);
        using var file = new PhysicalFileSystem(handles).OpenFile(_folder["a"], StorageFileMode.CreateNew);
        file.Write(0, Pattern());
        var copies = Enumerable.Range(0, 2).Select(_ => file.Borrow(5, Short)).ToList();
        Assert.That(copies.ConvertAll(IsLent), Is.EqualTo(new[] { false, false }));

        using (var lent = file.Borrow(7, Short))
        {
            Assert.That(IsLent(lent));
            Assert.That(lent.Span.SequenceEqual(Pattern().AsSpan(7, Short)));
        }
        copies[0].Dispose();
        copies[0].Dispose();
        using (var copy = file.Borrow(7, Short))
            Assert.That(IsLent(copy), Is.False);

        copies[1].Dispose();
        Assert.That(handles.CanCopy);
    }

    [Test]
    public void Idle_files_are_closed_and_those_with_unflushed_writes_stay()
    {
        using var flushed = _files.OpenFile(_folder["flushed"], StorageFileMode.CreateNew);
        using var dirty = _files.OpenFile(_folder["dirty"], StorageFileMode.CreateNew);
        flushed.Write(0, [1]);
        flushed.Flush();
        dirty.Write(0, [1]);
        _files.CloseIdleFiles();
        Assert.That(_handles.Count, Is.EqualTo(2));
        for (var round = 0; round < 3; round++)
            _files.CloseIdleFiles();
        Assert.That(_handles.Count, Is.EqualTo(1));
        Assert.That(((PhysicalFile)dirty).Slot, Is.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void If_the_system_has_no_handle_left_some_are_closed_and_the_operation_is_repeated()
    {
        using var first = _files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        var attempts = 0;
        var result = _handles.Run(_ => ++attempts == 1 ? throw new IOException("Too many open files", 24) : attempts, 0);
        Assert.That((result, _handles.Count), Is.EqualTo((2, 0)));
        Assert.That(
            () => _handles.Run<int, int>(_ => throw new IOException("Too many open files", 24), 0), Throws.InstanceOf<IOException>());
    }

    // Other threads take what was closed for this one.
    [Test]
    public void The_operation_is_repeated_until_there_is_a_handle()
    {
        using var first = _files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        var attempts = 0;
        var result = _handles.Run(_ => ++attempts < 20 ? throw new IOException("Too many open files", 24) : attempts, 0);
        Assert.That((result, _handles.Count), Is.EqualTo((20, 0)));
    }

    [Test]
    public void A_renamed_file_is_opened_under_its_new_path()
    {
        using var file = _files.OpenFile(_folder["a"], StorageFileMode.CreateNew);
        file.Write(0, [7]);
        _files.Rename(_folder["a"], _folder["b"]);
        file.Path = _folder["b"];
        File.WriteAllBytes(_folder["a"], [8]);
        Assert.That(((PhysicalFile)file).TryCloseHandle());
        var read = new byte[1];
        file.Read(0, read);
        Assert.That(read[0], Is.EqualTo(7));
    }

    [Test]
    public void Readers_and_a_writer_are_not_disturbed_when_handles_are_closed()
    {
        var opened = Enumerable.Range(0, 4).Select(i => _files.OpenFile(_folder[$"{i}"], StorageFileMode.CreateNew, 1 << 20)).ToArray();
        foreach (var file in opened)
            file.Write(0, Pattern());
        using var done = new CancellationTokenSource();
        var tasks = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var read = new byte[1000];
            for (var round = 0; !done.IsCancellationRequested; round++)
            {
                var file = opened[round % opened.Length];
                using var borrowed = file.Borrow(0, round % 2 == 0 ? Size : 1000);
                Assert.That(borrowed.Span.SequenceEqual(Pattern().AsSpan(0, borrowed.Length)));
                Assert.That(file.Read(0, read), Is.EqualTo(1000));
            }
        })).ToArray();
        for (var round = 0; round < 2000; round++)
        {
            var file = opened[round % opened.Length];
            file.Write(Size + round, [1]);
            foreach (var closed in opened)
                ((PhysicalFile)closed).TryCloseHandle();
            if (round % 100 == 0)
                file.SetLength(Size);
        }
        done.Cancel();
        Assert.That(() => Task.WaitAll(tasks), Throws.Nothing);
        foreach (var file in opened)
            file.Dispose();
        Assert.That(_handles.Count, Is.Zero);
    }

    /// <summary>A file that is opened again while it is closed must be on the ring: otherwise nothing would ever close it.</summary>
    [Test]
    public void Whatever_is_opened_and_closed_at_the_same_time_a_file_with_a_handle_can_be_closed_again()
    {
        var opened = Enumerable.Range(0, 4).Select(i => _files.OpenFile(_folder[$"{i}"], StorageFileMode.CreateNew)).ToArray();
        foreach (var file in opened)
            file.Write(0, Pattern());
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(reader => Task.Run(() =>
        {
            var read = new byte[1];
            for (var round = reader; !done.IsCancellationRequested; round++)
                opened[round % opened.Length].Read(0, read);
        })).ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            if (round % 2 == 0)
                _handles.CloseIdle();
            else
                FailOnce();
            foreach (var file in round % 50 == 0 ? opened : [])
                file.Flush();
        }
        done.Cancel();
        Task.WaitAll(readers);
        foreach (var file in opened.Cast<PhysicalFile>())
        {
            Assert.That(file.Slot >= 0, Is.EqualTo(file.IsOpen), file.Path);
            file.Dispose();
        }
        Assert.That(_handles.Count, Is.Zero);
    }

    private static bool IsLent(BorrowedBytes bytes) => FileBackedMemory.TryFind(bytes.Memory, out _, out _);

    private void FailOnce()
    {
        var attempts = 0;
        _handles.Run(_ => ++attempts == 1 ? throw new IOException("Too many open files", 24) : attempts, 0);
    }

    private static byte[] Pattern() => s_pattern;
}
