using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.FileSystem;

/// <summary>A folder for one test, on disk or in memory. Dispose deletes it.</summary>
public sealed class TestFolder : IDisposable
{
    private readonly bool _onDisk;

    public TestFolder(bool onDisk = true)
    {
        _onDisk = onDisk;
        Path = System.IO.Path.Combine(onDisk ? System.IO.Path.GetTempPath() : "/memory", "kafkasharp-" + Guid.NewGuid().ToString("N"));
        Files = onDisk ? PhysicalFileSystem.Instance : new MemoryFileSystem(TimeProvider.System);
        Files.CreateDirectory(Path);
    }

    public string Path { get; }

    public IFileSystem Files { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (_onDisk)
            Files.DeleteDirectory(Path);
    }
}
