namespace KafkaSharp.Broker;

/// <summary>The topics that Kafka keeps its own state in; clients read them but do not write them.</summary>
static class InternalTopics
{
    public const string ConsumerOffsets = "__consumer_offsets";
    public const string TransactionState = "__transaction_state";
    public const string ShareGroupState = "__share_group_state";

    public static bool Contains(string topic) => topic is ConsumerOffsets or TransactionState or ShareGroupState;
}
