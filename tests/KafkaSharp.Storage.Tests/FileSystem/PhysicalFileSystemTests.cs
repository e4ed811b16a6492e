using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace KafkaSharp.Storage.Tests.FileSystem;

public sealed class PhysicalFileSystemTests
{
    [Test]
    public void Flushing_a_missing_folder_differs_from_a_disk_failure()
    {
        using var folder = new TestFolder(onDisk: true);
        Assert.That(() => new PhysicalFileSystem().FlushDirectory(folder["missing"]), Throws.InstanceOf<DirectoryNotFoundException>());
    }

    // A folder in the place of a file is denied as if a permission were missing; that also holds for the superuser.
    [Test]
    public void Denied_access_is_an_I_O_failure()
    {
        using var folder = new TestFolder(onDisk: true);
        var files = new PhysicalFileSystem();
        files.CreateDirectory(folder["taken"]);
        Assert.That(() => files.OpenFile(folder["taken"], StorageFileMode.Create), Throws.InstanceOf<IOException>());
        Assert.That(() => files.DeleteFile(folder["taken"]), Throws.InstanceOf<IOException>());
    }

    // fsync of a device and of a folder in /proc fails with EINVAL, which .NET would not report.
    [Test]
    [Platform("Linux")]
    public void Every_error_of_fsync_is_an_I_O_failure()
    {
        var files = new PhysicalFileSystem();
        using var device = files.OpenFile("/dev/null", StorageFileMode.Open);
        Assert.That(device.Flush, Throws.InstanceOf<IOException>());
        Assert.That(() => files.FlushDirectory("/proc"), Throws.InstanceOf<IOException>());
    }

    // .NET reports EBADF as a missing permission.
    [Test]
    [Platform("Linux")]
    public void A_failure_on_an_open_file_is_an_I_O_failure()
    {
        using var folder = new TestFolder(onDisk: true);
        File.WriteAllText(folder["a"], "0123456789");
        using var handle = File.OpenHandle(folder["a"]);
        using var file = new PhysicalFile(new FileHandles(1), folder["a"], handle, 0);
        Assert.That(() => file.Write(0, "x"u8), Throws.InstanceOf<IOException>());
        Assert.That(() => file.SetLength(20), Throws.InstanceOf<IOException>());
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void Long_borrowed_bytes_tell_their_file_which_stays_open_until_they_are_returned()
    {
        using var folder = new TestFolder(onDisk: true);
        var file = folder.Files.OpenFile(folder["a"], StorageFileMode.Create, 1 << 20);
        var content = Random(100_000);
        file.Write(0, content);
        var borrowed = file.Borrow(3, FileBackedMemory.SmallestPiece);
        Assert.That(FileBackedMemory.TryFind(borrowed.Memory[1..], out var backing, out var position));
        file.Dispose();

        using var handle = new SafeFileHandle(backing!.FileHandle, ownsHandle: false);
        var read = new byte[2];
        RandomAccess.Read(handle, read, position);
        Assert.That(read, Is.EqualTo(content[4..6]));
        Assert.That(borrowed.Span.SequenceEqual(content.AsSpan(3, FileBackedMemory.SmallestPiece)));

        borrowed.Dispose();
        Assert.That(() => RandomAccess.GetLength(handle), Throws.Exception);
    }

    // In a mapping, an unreadable sector would end the process.
    [Test]
    public void Short_borrowed_bytes_are_read_and_not_mapped()
    {
        using var folder = new TestFolder(onDisk: true);
        using var file = folder.Files.OpenFile(folder["a"], StorageFileMode.Create, 1 << 20);
        file.Write(0, Random(100_000));
        using var borrowed = file.Borrow(0, FileBackedMemory.SmallestPiece - 1);
        using var atEnd = file.Borrow(90_000, 1 << 20);
        Assert.That(FileBackedMemory.TryFind(borrowed.Memory, out _, out _), Is.False);
        Assert.That(FileBackedMemory.TryFind(atEnd.Memory, out _, out _), Is.False);
        Assert.That(atEnd.Length, Is.EqualTo(10_000));
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void Bytes_borrowed_before_a_truncation_keep_the_file_that_holds_them()
    {
        using var folder = new TestFolder(onDisk: true);
        using var file = folder.Files.OpenFile(folder["a"], StorageFileMode.Create, 1 << 20);
        var content = Random(100_000);
        file.Write(0, content);
        using var borrowed = file.Borrow(0, 100_000);

        file.SetLength(2);
        file.Write(2, new byte[100_000]);

        Assert.That(FileBackedMemory.TryFind(borrowed.Memory, out var backing, out _));
        using var handle = new SafeFileHandle(backing!.FileHandle, ownsHandle: false);
        var read = new byte[100_000];
        RandomAccess.Read(handle, read, 0);
        Assert.That(read, Is.EqualTo(content));
    }

    // As when a preallocated segment becomes inactive: its readers have only what was written.
    [Test]
    [Platform("Linux,MacOsX")]
    public void A_truncation_above_all_borrowed_bytes_does_not_copy_the_file()
    {
        using var folder = new TestFolder(onDisk: true);
        using var file = folder.Files.OpenFile(folder["a"], StorageFileMode.Create, 1 << 20);
        var content = Random(100_000);
        file.SetLength(1 << 20);
        file.Write(0, content);
        using var borrowed = file.Borrow(0, 100_000);
        Assert.That(FileBackedMemory.TryFind(borrowed.Memory, out var before, out _));

        file.SetLength(100_000);
        file.Write(100_000, content);

        using var after = file.Borrow(100_000, 100_000);
        Assert.That(FileBackedMemory.TryFind(after.Memory, out var behind, out _));
        Assert.That(behind, Is.SameAs(before));
        Assert.That(borrowed.Span.SequenceEqual(content) && after.Span.SequenceEqual(content));
        Assert.That(folder.Files.GetLength(folder["a"]), Is.EqualTo(200_000));
    }

    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
