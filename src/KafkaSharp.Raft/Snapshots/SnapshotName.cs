using System.Globalization;
using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Snapshots;

/// <summary>
/// The names of snapshot files: <c>00000000000000000200-0000000001.checkpoint</c> (offset and epoch), with the suffix <c>.part</c> while
/// the file is being written.
/// </summary>
public static class SnapshotName
{
    public const string Suffix = ".checkpoint";
    public const string PartialSuffix = ".checkpoint.part";

    /// <summary>The suffix to which Kafka renames a snapshot before it deletes the file.</summary>
    public const string DeletedSuffix = ".checkpoint.deleted";

    private const int OffsetDigits = 20;
    private const int EpochDigits = 10;

    public static string Format(OffsetAndEpoch id) =>
        string.Create(CultureInfo.InvariantCulture, $"{id.Offset:D20}-{id.Epoch:D10}{Suffix}");

    /// <summary>Parses the name of a finished snapshot. False for every other file.</summary>
    public static bool TryParse(string fileName, out OffsetAndEpoch id)
    {
        id = default;
        if (fileName.Length != OffsetDigits + 1 + EpochDigits + Suffix.Length || fileName[OffsetDigits] != '-'
            || !fileName.EndsWith(Suffix, StringComparison.Ordinal)
            || !long.TryParse(fileName.AsSpan(0, OffsetDigits), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            || !int.TryParse(
                fileName.AsSpan(OffsetDigits + 1, EpochDigits), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch))
            return false;
        id = new OffsetAndEpoch(offset, epoch);
        return true;
    }
}
