using KafkaSharp.Configuration;

namespace KafkaSharp.Broker.Configuration;

/// <summary>The keys of the broker itself. Each project below it declares its own.</summary>
internal static class BrokerConfigs
{
    public static readonly ConfigKey<IReadOnlyList<string>> ProcessRoles = ConfigKeys.List(
        "process.roles", null, "The roles of this process; KafkaSharp runs 'broker,controller', both in one.", ["broker", "controller"],
        allowEmpty: false);

    public static readonly ConfigKey<int?> NodeId = ConfigKeys.OptionalInt("node.id", "The id of this node in its cluster.", min: 0);

    public static readonly ConfigKey<int> BrokerId = ConfigKeys.Int("broker.id", -1, "The former name of node.id.");

    public static readonly ConfigKey<IReadOnlyList<string>> LogDirs = ConfigKeys.List(
        "log.dirs", null, "The folders that hold the data; log.dir where this is not set.", allowEmpty: false);

    public static readonly ConfigKey<IReadOnlyList<string>> LogDir = ConfigKeys.List(
        "log.dir", "/tmp/kafka-logs", "The folder that holds the data where log.dirs is not set.", allowEmpty: false);

    public static readonly ConfigKey<int> FetchMaxBytes = ConfigKeys.Int(
        "fetch.max.bytes", 57_671_680, "The most bytes of records in one fetch response.", min: 1024);

    public static readonly ConfigKey<int> FetchSessionSlots = ConfigKeys.Int(
        "max.incremental.fetch.session.cache.slots", 1000, "How many incremental fetch sessions are kept.", min: 0);

    public static readonly ConfigKey<int> RequestTimeoutMs = ConfigKeys.Int(
        "request.timeout.ms", 30_000, "How long a request to another broker, or an append on its behalf, may take, in milliseconds.");

    public static readonly ConfigKey<int> AddPartitionsRetryBackoffMs = ConfigKeys.Int(
        "add.partitions.to.txn.retry.backoff.ms", 20,
        "The delay before a produce request tries again to add its partitions to a transaction, in milliseconds.", min: 1);

    public static readonly ConfigKey<int> AddPartitionsRetryBackoffMaxMs = ConfigKeys.Int(
        "add.partitions.to.txn.retry.backoff.max.ms", 100,
        "How long a produce request tries to add its partitions to a transaction, in milliseconds.", min: 0);

    public static readonly ConfigKey<bool> UnstableApiVersionsEnable = ConfigKeys.Boolean(
        "unstable.api.versions.enable", false, "Whether versions of APIs that are not yet stable are served, for tests.", isInternal: true);

    public static readonly ConfigKey<IReadOnlyList<string>> CordonedLogDirs = ConfigKeys.List(
        "cordoned.log.dirs", "",
        "Log directories in which no new log is placed and to which none is moved, or * for all; those that are there are served.",
        update: ConfigUpdateMode.PerBroker);

    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        ProcessRoles, NodeId, BrokerId, LogDirs, LogDir, FetchMaxBytes, FetchSessionSlots, RequestTimeoutMs,
        AddPartitionsRetryBackoffMs, AddPartitionsRetryBackoffMaxMs, UnstableApiVersionsEnable,
        CordonedLogDirs,
    ];
}
