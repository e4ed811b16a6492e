using System.Globalization;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Epochs;

/// <summary>The file <c>leader-epoch-checkpoint</c> in the directory of a partition: lines <c>epoch startOffset</c>, ascending.</summary>
internal static class LeaderEpochCheckpointFile
{
    public const string Name = "leader-epoch-checkpoint";

    public static List<EpochEntry> Read(IFileSystem files, string directory) =>
        CheckpointFile.Read<EpochEntry>(files, Path.Combine(directory, Name), TryParse);

    public static void Write(IFileSystem files, string directory, IReadOnlyCollection<EpochEntry> entries) => CheckpointFile.Write(
        files, Path.Combine(directory, Name), entries,
        (text, entry) => text.Append(CultureInfo.InvariantCulture, $"{entry.Epoch} {entry.StartOffset}"));

    internal static bool TryParse(ReadOnlySpan<char> line, out EpochEntry entry)
    {
        entry = default;
        var space = line.IndexOf(' ');
        if (space < 0
            || !int.TryParse(line[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || !long.TryParse(line[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var startOffset))
            return false;
        entry = new EpochEntry(epoch, startOffset);
        return true;
    }
}
