using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Raft;

/// <summary>What a <see cref="RaftNode{TRecord}"/> needs to know. Immutable.</summary>
public sealed record RaftOptions
{
    public required int NodeId { get; init; }

    /// <summary>The id of the metadata log directory, from its <c>meta.properties</c>.</summary>
    public required Uuid DirectoryId { get; init; }

    /// <summary>The voters of <c>controller.quorum.voters</c>; empty where the log itself names them (kraft.version 1).</summary>
    public VoterSet StaticVoters { get; init; } = VoterSet.Empty;

    /// <summary>
    /// Where this node is reached as a voter: its controller listeners. Where the log's VotersRecord says otherwise the leader writes a new
    /// one; empty for no opinion.
    /// </summary>
    public IReadOnlyList<RaftEndpoint> Endpoints { get; init; } = [];

    /// <summary>How long a leader that resigned waits before it stands again.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(RaftConfigs.ElectionTimeoutMs.Default);

    /// <summary>Bytes of log and snapshots above which old ones go; -1 for no limit.</summary>
    public long RetentionBytes { get; init; } = RaftConfigs.RetentionBytes.Default;

    /// <summary>Age in milliseconds above which old snapshots go; -1 for no limit.</summary>
    public long RetentionMs { get; init; } = RaftConfigs.RetentionMs.Default;

    /// <summary>The largest batch (Kafka's <c>MAX_BATCH_SIZE_BYTES</c>).</summary>
    public int MaxBatchBytes { get; init; } = RaftConfigs.MaxBatchSizeInBytes.Default;

    /// <summary>The most records of a batch that need not be atomic (Kafka's <c>MAX_RECORDS_PER_USER_OP</c>).</summary>
    public int MaxRecordsPerBatch { get; init; } = 10_000;

    /// <summary>How often old snapshots are looked for.</summary>
    public TimeSpan CleaningInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <param name="values">The broker's configuration.</param>
    /// <param name="nodeId">Its <c>node.id</c>.</param>
    /// <param name="directoryId">The id in the metadata log directory's <c>meta.properties</c>.</param>
    /// <param name="endpoints">The advertised controller listeners, in the order of <c>controller.listener.names</c>.</param>
    /// <exception cref="ConfigException"><c>controller.quorum.voters</c> cannot be read.</exception>
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
