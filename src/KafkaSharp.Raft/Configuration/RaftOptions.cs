using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Raft.Configuration;

/// <summary>The options of a Raft node. Immutable.</summary>
public sealed record RaftOptions
{
    public required int NodeId { get; init; }

    /// <summary>The id of the metadata log directory, from its <c>meta.properties</c>.</summary>
    public required Uuid DirectoryId { get; init; }

    /// <summary>The voters of <c>controller.quorum.voters</c>; empty if the log contains the voters (kraft.version 1).</summary>
    public VoterSet StaticVoters { get; init; } = VoterSet.Empty;

    /// <summary>
    /// The controller listeners at which other voters reach this node. If they differ from the VotersRecord of the log, the leader writes a
    /// new record. Empty: the record is kept.
    /// </summary>
    public IReadOnlyList<RaftEndpoint> Endpoints { get; init; } = [];

    /// <summary>How long a resigned leader waits before it starts an election.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(RaftConfigs.ElectionTimeoutMs.Default);

    /// <summary>The total size of log and snapshots, in bytes, above which old ones are deleted; -1 for no limit.</summary>
    public long RetentionBytes { get; init; } = RaftConfigs.RetentionBytes.Default;

    /// <summary>The age of a snapshot, in milliseconds, above which it is deleted; -1 for no limit.</summary>
    public long RetentionMs { get; init; } = RaftConfigs.RetentionMs.Default;

    /// <summary>The size limit of a batch, in bytes (Kafka's <c>MAX_BATCH_SIZE_BYTES</c>).</summary>
    public int MaxBatchBytes { get; init; } = RaftConfigs.MaxBatchSizeInBytes.Default;

    /// <summary>The limit of records in a batch that need not be atomic (Kafka's <c>MAX_RECORDS_PER_USER_OP</c>).</summary>
    public int MaxRecordsPerBatch { get; init; } = 10_000;

    /// <summary>The interval between two runs of the snapshot cleaner.</summary>
    public TimeSpan CleaningInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <param name="values">The broker's configuration.</param>
    /// <param name="nodeId">The broker's <c>node.id</c>.</param>
    /// <param name="directoryId">The id in the metadata log directory's <c>meta.properties</c>.</param>
    /// <param name="endpoints">The advertised controller listeners, in the order of <c>controller.listener.names</c>.</param>
    /// <exception cref="ConfigException"><c>controller.quorum.voters</c> is not valid.</exception>
    public static RaftOptions From(ConfigValues values, int nodeId, Uuid directoryId, IReadOnlyList<RaftEndpoint> endpoints) => new()
    {
        NodeId = nodeId,
        DirectoryId = directoryId,
        Endpoints = endpoints,
        StaticVoters = RaftConfigs.ParseVoters(values, endpoints is [var first, ..] ? first.Name : "CONTROLLER"),
        ElectionTimeout = TimeSpan.FromMilliseconds(values.Get(RaftConfigs.ElectionTimeoutMs)),
        RetentionBytes = values.Get(RaftConfigs.RetentionBytes),
        RetentionMs = values.Get(RaftConfigs.RetentionMs),
        MaxBatchBytes = values.Get(RaftConfigs.MaxBatchSizeInBytes),
    };
}
