using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Testing;

/// <summary>Keeps the data of a broker that is stopped in a folder, and starts from such a folder.</summary>
internal static class DataFolders
{
    private const int PieceBytes = 1 << 20;

    // Locks and what a broker writes only while it runs.
    private static readonly string[] s_leftOut = [".lock"];

    /// <exception cref="IOException">The folder has content: with files of two states it would be neither.</exception>
    public static void EnsureEmpty(string folder)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new IOException($"The folder {folder} is not empty. Save to a new one");
    }

    /// <summary>Copies the data to a folder.</summary>
    public static void Save(IFileSystem from, string source, string folder)
    {
        var to = PhysicalFileSystem.Instance;
        Visit(from, source, to, folder, (path, target) => CopyFile(from, path, to, target));
    }

    /// <summary>
    /// Gives memory the content of a folder, copy-on-write: the folder is not changed, and its files are read where they were not written.
    /// </summary>
    public static void Share(string folder, MemoryFileSystem to, string target)
    {
        var from = PhysicalFileSystem.Instance;
        Visit(from, folder, to, target, (path, copy) => to.AddFile(copy, from.OpenToRead(path), from.GetLastModified(path)));
    }

    private static void Visit(IFileSystem from, string source, IFileSystem to, string target, Action<string, string> file)
    {
        to.CreateDirectory(target);
        foreach (var path in from.EnumerateFiles(source))
        {
            if (!s_leftOut.Contains(Path.GetFileName(path)))
                file(path, Path.Combine(target, Path.GetFileName(path)));
        }
        foreach (var directory in from.EnumerateDirectories(source))
            Visit(from, directory, to, Path.Combine(target, Path.GetFileName(directory)), file);
    }

    private static void CopyFile(IFileSystem from, string source, IFileSystem to, string target)
    {
        using var read = from.OpenFile(source, StorageFileMode.Open);
        using var written = to.OpenFile(target, StorageFileMode.Create);
        var piece = new byte[(int)Math.Min(read.Length, PieceBytes)];
        for (long at = 0; at < read.Length;)
        {
            var count = read.Read(at, piece);
            if (count == 0)
                return;
            written.Write(at, piece.AsSpan(0, count));
            at += count;
        }
    }
}
