using KafkaSharp.IntegrationTests.Transactions.Clients;

namespace KafkaSharp.IntegrationTests.Transactions.Running;

/// <summary>A fault that is put into clients to prove that the checker finds its effect.</summary>
internal enum Mutation
{
    None,

    /// <summary>Readers show aborted records.</summary>
    ReadersShowAborted,

    /// <summary>Producers abort where they say that they commit.</summary>
    CommitsAbort,

    /// <summary>Producers send batches twice, with new sequence numbers.</summary>
    BatchesAreRepeated,

    /// <summary>Read-process-write loops do not commit the offset with the results.</summary>
    OffsetsAreNotCommitted,

    /// <summary>A transaction is left open, and nobody ends it before the observation.</summary>
    TransactionIsLeftOpen,
}

/// <summary>What a run consists of; everything is drawn from its seed.</summary>
internal sealed record SimulationOptions
{
    public required int Seed { get; init; }

    /// <summary>How many clients are in a step at the same time; with one, the order of the requests is a function of the seed.</summary>
    public required int AtATime { get; init; }

    public required Dialect Dialect { get; init; }

    /// <summary>Transactional ids of producers that append to lists.</summary>
    public required int Appenders { get; init; }

    /// <summary>Transactional ids of read-process-write loops.</summary>
    public required int Processors { get; init; }

    /// <summary>Of a thousand requests, how many suffer each of the faults of the network.</summary>
    public required int FaultsPerMille { get; init; }

    public required int Crashes { get; init; }

    /// <summary>The level of <c>transaction.version</c>.</summary>
    public required short TransactionVersion { get; init; }

    public Mutation Mutation { get; init; }

    public static SimulationOptions Of(int seed)
    {
        var random = new Random(seed);
        var version = (short)(random.Next(5) switch { 0 => 0, 1 => 1, _ => 2 });
        return new SimulationOptions
        {
            Seed = seed,
            AtATime = random.Next(1, 4),
            TransactionVersion = version,
            Dialect = version == 2 && random.Next(3) > 0 ? Dialect.Current : random.Next(2) == 0 ? Dialect.Old : Dialect.BeforeEpochBumps,
            Appenders = random.Next(1, 4),
            Processors = random.Next(1, 3),
            FaultsPerMille = random.Next(4) * 15,
            Crashes = random.Next(3) == 0 ? random.Next(1, 3) : 0,
        };
    }
}
