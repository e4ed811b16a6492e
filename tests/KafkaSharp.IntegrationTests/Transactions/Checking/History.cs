using KafkaSharp.Protocol;

namespace KafkaSharp.IntegrationTests.Transactions.Checking;

/// <summary>What is known of how a transaction ended.</summary>
internal enum Outcome
{
    /// <summary>No commit was requested, or the first request for it was refused.</summary>
    Aborted,

    /// <summary>A commit was requested, and no response says what became of it.</summary>
    Unknown,

    /// <summary>A response says that it is committed.</summary>
    Committed,
}

/// <summary>A value that a transaction appends to a list: values are unique in a history.</summary>
/// <param name="List">The partition.</param>
/// <param name="Value">The value.</param>
/// <param name="Source">The input that it was made of; null for one that was made of nothing.</param>
internal readonly record struct Append(TopicPartition List, int Value, int? Source);

/// <summary>One transaction of one producer, as its client saw it.</summary>
internal sealed class Attempt(int number, string transactionalId, long producerId, short producerEpoch)
{
    public int Number { get; } = number;

    public string TransactionalId { get; } = transactionalId;

    public long ProducerId { get; } = producerId;

    public short ProducerEpoch { get; } = producerEpoch;

    /// <summary>In the order of the requests.</summary>
    public List<Append> Appends { get; } = [];

    public Outcome Outcome { get; set; }

    public override string ToString() =>
        $"transaction {Number} of {TransactionalId} (producer {ProducerId}, epoch {ProducerEpoch}, {Outcome})";
}

/// <summary>What clients did and saw during a run. Thread-safe.</summary>
internal sealed class History
{
    private readonly Lock _gate = new();
    private readonly List<Attempt> _attempts = [];
    private readonly List<(TopicPartition List, IReadOnlyList<int> Values)> _reads = [];
    private int _values;

    public IReadOnlyList<Attempt> Attempts => _attempts;

    /// <summary>The values that a reader of committed records saw from the beginning of a list on.</summary>
    public IReadOnlyList<(TopicPartition List, IReadOnlyList<int> Values)> Reads => _reads;

    public Attempt Begin(string transactionalId, long producerId, short producerEpoch)
    {
        lock (_gate)
        {
            var attempt = new Attempt(_attempts.Count, transactionalId, producerId, producerEpoch);
            _attempts.Add(attempt);
            return attempt;
        }
    }

    /// <summary>A value that is in no list yet.</summary>
    public int NewValue() => Interlocked.Increment(ref _values);

    public void Saw(TopicPartition list, IReadOnlyList<int> values)
    {
        lock (_gate)
            _reads.Add((list, values));
    }
}
