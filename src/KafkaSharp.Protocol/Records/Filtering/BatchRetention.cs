namespace KafkaSharp.Protocol.Records.Filtering;

/// <summary>What the cleaner does with a batch (Kafka's <c>RecordFilter.BatchRetention</c>).</summary>
public enum BatchRetention
{
    /// <summary>Remove the batch without reading its records.</summary>
    Delete,

    /// <summary>Keep the header if no record remains, because it contains the last sequence of a producer.</summary>
    RetainEmpty,

    /// <summary>Remove the batch if no record remains.</summary>
    DeleteEmpty,
}
