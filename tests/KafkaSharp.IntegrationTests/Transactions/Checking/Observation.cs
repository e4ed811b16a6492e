using KafkaSharp.Protocol;

namespace KafkaSharp.IntegrationTests.Transactions.Checking;

/// <summary>What is there when every transaction had time to end.</summary>
internal sealed class Observation
{
    /// <summary>The committed records of each partition in the order of their offsets.</summary>
    public Dictionary<TopicPartition, IReadOnlyList<CommittedRecord>> Lists { get; } = [];

    /// <summary>For each input partition: the list that its results go to, and the offset that the group has committed for it.</summary>
    public Dictionary<TopicPartition, (TopicPartition Output, long Committed)> Processing { get; } = [];

    /// <summary>What says that a transaction has not ended, in words.</summary>
    public List<string> Hanging { get; } = [];
}

/// <summary>A record that a reader of committed records sees.</summary>
internal readonly record struct CommittedRecord(long Offset, int Value, int? Source);
