namespace KafkaSharp.Metadata.Features;

/// <summary>
/// A level of <c>metadata.version</c> and the record versions that it allows (Kafka's <c>MetadataVersion</c>). Levels and names are those
/// of Kafka 4.3.
/// </summary>
public readonly record struct MetadataVersion(short Level) : IComparable<MetadataVersion>
{
    public const short MinimumLevel = 7;
    public const short LatestLevel = 30;

    /// <summary>
    /// The highest level that Kafka 4.3 knows. It is not yet stable: <c>unstable.feature.versions.enable</c> must admit it.
    /// </summary>
    public const short UnstableLevel = 31;

    // Index 0 is level 7.
    private static readonly string[] _names =
    [
        "3.3-IV3", "3.4-IV0", "3.5-IV0", "3.5-IV1", "3.5-IV2", "3.6-IV0", "3.6-IV1", "3.6-IV2", "3.7-IV0", "3.7-IV1", "3.7-IV2", "3.7-IV3",
        "3.7-IV4", "3.8-IV0", "3.9-IV0", "4.0-IV0", "4.0-IV1", "4.0-IV2", "4.0-IV3", "4.1-IV0", "4.1-IV1", "4.2-IV0", "4.2-IV1", "4.3-IV0",
        "4.4-IV0",
    ];

    // The levels that change the format of records. A downgrade below one of them would lose metadata.
    private static readonly short[] _metadataChanges = [7, 8, 11, 13, 14, 15, 17, 23, 30];

    public static MetadataVersion Minimum => new(MinimumLevel);

    /// <summary>The level of a new cluster.</summary>
    public static MetadataVersion Latest => new(LatestLevel);

    /// <summary>The names of all levels, in order.</summary>
    public static IReadOnlyList<string> Names => _names;

    public bool IsStable => Level <= LatestLevel;

    public string Name => IsKnown(Level) ? _names[Level - MinimumLevel] : $"level {Level}";

    public bool IsMigrationSupported => Level >= 8;

    public bool IsMetadataTransactionSupported => Level >= 13;

    public bool IsControllerRegistrationSupported => Level >= 15;

    public bool IsDirectoryAssignmentSupported => Level >= 17;

    public bool IsElrSupported => Level >= 23;

    public bool IsCordonedLogDirsSupported => Level >= 30;

    public short RegisterBrokerRecordVersion =>
        Level >= 30 ? (short)4 : IsDirectoryAssignmentSupported ? (short)3 : Level >= 8 ? (short)2 : (short)1;

    public short PartitionRecordVersion => IsElrSupported ? (short)2 : IsDirectoryAssignmentSupported ? (short)1 : (short)0;

    public short PartitionChangeRecordVersion => PartitionRecordVersion;

    public static bool IsKnown(short level) => level is >= MinimumLevel and <= UnstableLevel;

    /// <summary>Whether the format of any record changed between the two levels.</summary>
    public static bool DidMetadataChange(MetadataVersion from, MetadataVersion to)
    {
        var (low, high) = from.Level < to.Level ? (from.Level, to.Level) : (to.Level, from.Level);
        return _metadataChanges.Any(level => level > low && level <= high);
    }

    /// <summary>
    /// The level with a version name such as <c>4.3-IV0</c>, or the last stable level of a release such as <c>4.3</c>; null if it is
    /// unknown.
    /// </summary>
    public static MetadataVersion? Parse(string name)
    {
        for (var i = _names.Length - 1; i >= 0; i--)
        {
            var version = new MetadataVersion((short)(MinimumLevel + i));
            if (_names[i] == name || (version.IsStable && _names[i].StartsWith(name + "-", StringComparison.Ordinal)))
                return version;
        }
        return null;
    }

    public int CompareTo(MetadataVersion other) => Level.CompareTo(other.Level);

    public static bool operator <(MetadataVersion left, MetadataVersion right) => left.Level < right.Level;

    public static bool operator >(MetadataVersion left, MetadataVersion right) => left.Level > right.Level;

    public static bool operator <=(MetadataVersion left, MetadataVersion right) => left.Level <= right.Level;

    public static bool operator >=(MetadataVersion left, MetadataVersion right) => left.Level >= right.Level;

    public override string ToString() => Name;
}
