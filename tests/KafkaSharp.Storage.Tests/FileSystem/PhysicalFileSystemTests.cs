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
        using var file = new PhysicalFile(folder["a"], handle, 0);
        Assert.That(() => file.Write(0, "x"u8), Throws.InstanceOf<IOException>());
        Assert.That(() => file.SetLength(20), Throws.InstanceOf<IOException>());
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void Borrowed_bytes_tell_their_file_which_stays_open_until_they_are_given_back()
    {
        using var folder = new TestFolder(onDisk: true);
        var file = folder.Files.OpenFile(folder["a"], StorageFileMode.Create, 1 << 20);
        file.Write(0, "0123456789"u8);
        var borrowed = file.Borrow(3, 4);
        Assert.That(FileBackedMemory.TryFind(borrowed.Memory[1..], out var backing, out var position));
        file.Dispose();

        using var handle = new SafeFileHandle(backing!.FileHandle, ownsHandle: false);
        var read = new byte[2];
        RandomAccess.Read(handle, read, position);
        Assert.That(read, Is.EqualTo("45"u8.ToArray()));
        Assert.That(borrowed.Span.ToArray(), Is.EqualTo("3456"u8.ToArray()));

        borrowed.Dispose();
        Assert.That(() => RandomAccess.GetLength(handle), Throws.Exception);
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void Bytes_borrowed_before_a_truncation_keep_the_file_that_holds_them()
    {
        using var folder = new TestFolder(onDisk: true);
        using var file = folder.Files.OpenFile(folder["a"], StorageFileMode.Create, 1 << 20);
        file.Write(0, "0123456789"u8);
        using var borrowed = file.Borrow(0, 10);

        file.SetLength(2);
        file.Write(2, "abcdefgh"u8);

        Assert.That(FileBackedMemory.TryFind(borrowed.Memory, out var backing, out _));
        using var handle = new SafeFileHandle(backing!.FileHandle, ownsHandle: false);
        var read = new byte[10];
        RandomAccess.Read(handle, read, 0);
        Assert.That(read, Is.EqualTo("0123456789"u8.ToArray()));
    }
}
