using KafkaSharp.Compression;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>How a coordinator writes and loads its shards. Immutable.</summary>
internal sealed record CoordinatorRuntimeOptions
{
    /// <summary>The name of the coordinator in logs, such as <c>group-coordinator</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The topic of the records, for logs.</summary>
    public required string Topic { get; init; }

    /// <summary>How long the response to a write waits for the commit.</summary>
    public required TimeSpan WriteTimeout { get; init; }

    /// <summary>
    /// How long a batch waits for more records; null writes as soon as no other command is queued (Kafka's adaptive linger, its default).
    /// </summary>
    public TimeSpan? AppendLinger { get; init; }

    /// <summary>How much is read at a time when a shard is loaded, in bytes.</summary>
    public int LoadBufferSize { get; init; } = 5 * 1024 * 1024;

    /// <summary>The base sequence of batches outside transactions, which each of Kafka's coordinators writes differently.</summary>
    public int BaseSequence { get; init; }

    /// <summary>The codec of the batches.</summary>
    public CompressionType Compression { get; init; } = CompressionType.None;
}
