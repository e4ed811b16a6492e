using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.FileSystem;

public sealed class PhysicalFileSystemTests
{
    [Test]
    public void Flushing_a_folder_that_is_not_there_is_told_from_a_disk_that_fails()
    {
        using var folder = new TestFolder(onDisk: true);
        Assert.That(() => new PhysicalFileSystem().FlushDirectory(folder["gone"]), Throws.InstanceOf<DirectoryNotFoundException>());
    }
}
