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
        to.CreateDirectory(folder);
        foreach (var path in from.EnumerateFiles(source).Where(IsIncluded))
            CopyFile(from, path, to, Path.Combine(folder, Path.GetFileName(path)));
        foreach (var directory in from.EnumerateDirectories(source))
            Save(from, directory, Path.Combine(folder, Path.GetFileName(directory)));
    }

    /// <summary>
    /// Gives memory the content of a folder, copy-on-write: the folder is not changed, and its files are read where they were not written.
    /// </summary>
    public static void Share(string folder, MemoryFileSystem to, string target) => to.AddFolder(target, folder, IsIncluded);

    private static bool IsIncluded(string path) => !s_leftOut.Contains(Path.GetFileName(path));

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
