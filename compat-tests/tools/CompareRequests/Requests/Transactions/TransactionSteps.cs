using CompareRequests.Mutations;

namespace CompareRequests.Requests.Transactions;

/// <summary>
/// What brings a transactional id into a state, and what is observed afterwards. Id, topic and group have the name of the case.
/// </summary>
internal static class TransactionSteps
{
    public static readonly Step FindCoordinator = new("FindCoordinator", 4, """{"KeyType":1,"CoordinatorKeys":["@fresh"]}""")
    {
        Awaited = "Coordinators[0].ErrorCode",
    };

    public static readonly Step Initialize = Initializing("@fresh", 600_000);

    public static readonly Step InitializeForAMillisecond = Initializing("@fresh", 1);

    /// <summary>The producer of another transactional id.</summary>
    public static readonly Step InitializeAnother = Initializing("@fresh/2", 600_000);

    /// <summary>A second producer with the id: the captured one is the first.</summary>
    public static readonly Step Fence = Initialize with { Captures = [] };

    /// <summary>As <see cref="Fence"/>, but once: what follows happens while the transaction of the first producer is aborted.</summary>
    public static readonly Step BeginToFence = Fence with { Awaited = null };

    /// <summary>The producer recovers from an error (KIP-360), but does not learn its new epoch.</summary>
    public static readonly Step Recover = new("InitProducerId", 4,
        """
        {"TransactionalId":"@fresh","TransactionTimeoutMs":600000,"ProducerId":"@producerId","ProducerEpoch":"@producerEpoch"}
        """) { Awaited = "ErrorCode" };

    public static readonly Step Add = new("AddPartitionsToTxn", 3,
        """
        {"V3AndBelowTransactionalId":"@fresh","V3AndBelowProducerId":"@producerId","V3AndBelowProducerEpoch":"@producerEpoch",
         "V3AndBelowTopics":[{"Name":"@fresh","Partitions":[0]}]}
        """) { Awaited = "ResultsByTopicV3AndBelow[0].ResultsByPartition[0].PartitionErrorCode" };

    /// <summary>What a broker sends for a client of version 2.</summary>
    public static readonly Step AddByBroker = new("AddPartitionsToTxn", 5,
        """
        {"Transactions":[{"TransactionalId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","VerifyOnly":false,
         "Topics":[{"Name":"@fresh","Partitions":[0]}]}]}
        """) { Awaited = "ResultsByTransaction[0].TopicResults[0].ResultsByPartition[0].PartitionErrorCode" };

    public static readonly Step AddOffsets = new("AddOffsetsToTxn", 3,
        """{"TransactionalId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","GroupId":"@fresh"}""")
    {
        Awaited = "ErrorCode",
    };

    public static readonly Step WriteAdded = Writing(11);

    public static readonly Step Write = Writing(12);

    public static readonly Step WriteAddedOffset = WritingOffset(3);

    public static readonly Step WriteOffset = WritingOffset(5);

    /// <summary>A broker's marker that the coordinator knows nothing of.</summary>
    public static readonly Step AbortInPartition = new("WriteTxnMarkers", 1,
        """
        {"Markers":[{"ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","TransactionResult":false,"CoordinatorEpoch":0,
         "Topics":[{"Name":"@fresh","PartitionIndexes":[0]}]}]}
        """);

    public static readonly Step DeleteTopic = new("DeleteTopics", 4, """{"TopicNames":["@fresh"],"TimeoutMs":10000}""");

    /// <summary>As <see cref="Steps.SeeLeader"/>, of the second partition.</summary>
    public static readonly Step SeeSecondLeader = new("ListOffsets", 7,
        """{"ReplicaId":-1,"Topics":[{"Name":"@fresh","Partitions":[{"PartitionIndex":1,"CurrentLeaderEpoch":-1,"Timestamp":-1}]}]}""")
    {
        Awaited = Steps.SeeLeader.Awaited,
    };

    public static readonly Step SeeNoLeader = Steps.SeeLeader with { Expected = 3L };

    /// <summary>
    /// A topic to which no marker can be written: its second replica is on the broker of <see cref="Steps.RegisterBroker"/>.
    /// </summary>
    public static readonly Step CreateUnwritableTopic = new("CreateTopics", 7,
        """
        {"Topics":[{"Name":"@fresh","NumPartitions":-1,"ReplicationFactor":-1,"Assignments":[
         {"PartitionIndex":0,"BrokerIds":[1,900]},{"PartitionIndex":1,"BrokerIds":[1,900]}],
         "Configs":[{"Name":"min.insync.replicas","Value":"2"}]}],"TimeoutMs":10000}
        """, ("freshId", "Topics[0].TopicId"));

    public static readonly Step MakeTopicWritable = new("IncrementalAlterConfigs", 1,
        """
        {"Resources":[{"ResourceType":2,"ResourceName":"@fresh","Configs":[{"Name":"min.insync.replicas","ConfigOperation":0,
         "Value":"1"}]}]}
        """);

    public static readonly Step Describe = new("DescribeTransactions", 0, """{"TransactionalIds":["@fresh"]}""");

    /// <summary>The coordinator has forgotten the transactional id.</summary>
    public static readonly Step AwaitExpiry = Describe with { Awaited = "TransactionStates[0].ErrorCode", Expected = 105L };

    public static readonly Step Producers = new("DescribeProducers", 0, """{"Topics":[{"Name":"@fresh","PartitionIndexes":[0,1]}]}""");

    public static readonly Step StableEnd = new("ListOffsets", 7,
        """{"ReplicaId":-1,"IsolationLevel":1,"Topics":[{"Name":"@fresh","Partitions":[{"PartitionIndex":0,"Timestamp":-1}]}]}""");

    /// <summary>Ends the transaction, which changes epochs as the version of the request does. The captured epoch stays.</summary>
    public static Step End(int version, bool commits) => new(
        "EndTxn", version,
        $$"""
        {"TransactionalId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch",
         "Committed":{{(commits ? "true" : "false")}}}
        """) { Awaited = "ErrorCode" };

    /// <summary>As <see cref="End"/> in version 5; the producer learns its new epoch.</summary>
    public static Step EndWithNewEpoch(bool commits) =>
        End(5, commits) with { Captures = [("producerId", "ProducerId"), ("producerEpoch", "ProducerEpoch")] };

    public static Step Await(string state) => Describe with { Awaited = "TransactionStates[0].TransactionState", Expected = state };

    private static Step Initializing(string id, int timeout) => new(
        "InitProducerId", 4,
        $$"""{"TransactionalId":"{{id}}","TransactionTimeoutMs":{{timeout}},"ProducerId":-1,"ProducerEpoch":-1}""",
        ("producerId", "ProducerId"), ("producerEpoch", "ProducerEpoch")) { Awaited = "ErrorCode" };

    private static Step Writing(int version) => new(
        "Produce", version,
        $$"""
        {"TransactionalId":"@fresh","Acks":-1,"TimeoutMs":5000,"TopicData":[{"Name":"@fresh","PartitionData":[{"Index":0,
         "Records":"{{TransactionRecords.Valid}}"}]}]}
        """) { Awaited = "Responses[0].PartitionResponses[0].ErrorCode" };

    private static Step WritingOffset(int version) => new(
        "TxnOffsetCommit", version,
        """
        {"TransactionalId":"@fresh","GroupId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","GenerationId":-1,
         "MemberId":"","Topics":[{"Name":"@fresh","Partitions":[{"PartitionIndex":0,"CommittedOffset":1,"CommittedMetadata":""}]}]}
        """) { Awaited = "Topics[0].Partitions[0].ErrorCode" };
}
