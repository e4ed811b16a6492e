using KafkaSharp.Configuration;
using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Raft.Configuration;

/// <summary>The configuration keys of the metadata quorum, its log and its snapshots.</summary>
public static class RaftConfigs
{
    public static readonly ConfigKey<IReadOnlyList<string>> Voters = ConfigKeys.List(
        "controller.quorum.voters", "", "The static voters of the metadata quorum, each in the form id@host:port.",
        (_, voters) => ReadVoters(voters, "CONTROLLER"), allowedText: null);

    public static readonly ConfigKey<int> ElectionTimeoutMs = ConfigKeys.Int(
        "controller.quorum.election.timeout.ms", 1000,
        "How long a voter waits for a leader before it starts an election, in milliseconds.", 0);

    public static readonly ConfigKey<string> LogDir = ConfigKeys.String(
        "metadata.log.dir", null, "The directory of the metadata log; the first of log.dirs unless set.");

    public static readonly ConfigKey<int> SegmentBytes = ConfigKeys.Int(
        "metadata.log.segment.bytes", 1073741824,
        "The size at which a segment of the metadata log is closed, in bytes.", 8388608);

    public static readonly ConfigKey<int?> InternalSegmentBytes = ConfigKeys.OptionalInt(
        "internal.metadata.log.segment.bytes",
        "The size at which a segment of the metadata log is closed, in bytes, without a lower bound. For tests.");

    public static readonly ConfigKey<long> SegmentMs = ConfigKeys.Long(
        "metadata.log.segment.ms", 604800000, "The age at which a segment of the metadata log is closed, in milliseconds.");

    public static readonly ConfigKey<long> MaxRecordBytesBetweenSnapshots = ConfigKeys.Long(
        "metadata.log.max.record.bytes.between.snapshots", 20971520,
        "The size of new records after which a snapshot is created, in bytes.", 1);

    public static readonly ConfigKey<long> MaxSnapshotIntervalMs = ConfigKeys.Long(
        "metadata.log.max.snapshot.interval.ms", 3600000,
        "The time after which a snapshot is created if there are new records, in milliseconds; 0 for never.", 0);

    public static readonly ConfigKey<int> MaxIdleIntervalMs = ConfigKeys.Int(
        "metadata.max.idle.interval.ms", 500, "How often an idle leader appends a no-op record, in milliseconds; 0 for never.", 0);

    public static readonly ConfigKey<long> RetentionBytes = ConfigKeys.Long(
        "metadata.max.retention.bytes", 104857600,
        "The size of metadata log and snapshots above which old ones are deleted, in bytes; -1 for no limit.");

    public static readonly ConfigKey<long> RetentionMs = ConfigKeys.Long(
        "metadata.max.retention.ms", 604800000,
        "The age above which old metadata snapshots are deleted, in milliseconds; -1 for no limit.");

    public static readonly ConfigKey<long> DeleteDelayMs = ConfigKeys.Long(
        "internal.metadata.delete.delay.millis", 60000,
        "How long files of the metadata log are kept before they are deleted from the disk, in milliseconds.");

    public static readonly ConfigKey<int> MaxBatchSizeInBytes = ConfigKeys.Int(
        "internal.metadata.max.batch.size.in.bytes", 8388608, "The largest batch of the metadata log, in bytes.");

    /// <summary>All keys of this class.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        Voters, ElectionTimeoutMs, LogDir, SegmentBytes, InternalSegmentBytes, SegmentMs, MaxRecordBytesBetweenSnapshots,
        MaxSnapshotIntervalMs, MaxIdleIntervalMs, RetentionBytes, RetentionMs, DeleteDelayMs, MaxBatchSizeInBytes,
    ];

    /// <summary>The configured static voters; empty if the log contains the voters.</summary>
    /// <exception cref="ConfigException">The address of a voter cannot be reached by others.</exception>
    public static VoterSet ParseVoters(ConfigValues values, string listenerName)
    {
        var voters = ReadVoters(values.Get(Voters), listenerName);
        if (voters.Voters.Any(voter => voter.Endpoints.Any(endpoint => endpoint.Host == "0.0.0.0")))
            throw new ConfigException("Host string (0.0.0.0) is not routeable");
        return voters;
    }

    private static VoterSet ReadVoters(IReadOnlyList<string> voters, string listenerName)
    {
        try
        {
            return VoterSet.Parse(voters, listenerName);
        }
        catch (FormatException e)
        {
            throw new ConfigException(e.Message);
        }
    }
}
