namespace KafkaSharp.Protocol.Records.Filtering;

/// <summary>What the cleaner does with a batch (Kafka's <c>RecordFilter.BatchRetention</c>).</summary>
public enum BatchRetention
{
    /// <summary>It goes, unread.</summary>
    Delete,

    /// <summary>Its header stays even without a record, since it holds a producer's last sequence.</summary>
    RetainEmpty,

    /// <summary>It goes when no record is left.</summary>
    DeleteEmpty,
}
