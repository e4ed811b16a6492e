using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Testing;

/// <summary>Copies the data of a broker that is stopped between file systems: to keep a state, and to start from it.</summary>
internal static class DataFolders
{
    private const int PieceBytes = 1 << 20;

    // Locks and what a broker writes only while it runs.
    private static readonly string[] s_leftOut = [".lock"];

    public static void Copy(IFileSystem from, string source, IFileSystem to, string target)
    {
        to.CreateDirectory(target);
        foreach (var path in from.EnumerateFiles(source))
        {
            if (!s_leftOut.Contains(Path.GetFileName(path)))
                CopyFile(from, path, to, Path.Combine(target, Path.GetFileName(path)));
        }
        foreach (var directory in from.EnumerateDirectories(source))
            Copy(from, directory, to, Path.Combine(target, Path.GetFileName(directory)));
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
