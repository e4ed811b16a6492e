namespace CompareRequests.Requests;

/// <summary>
/// The requests of producers, brokers and administrators to a transactional id in each of its states. Id, topic and group have the name of
/// the case.
/// </summary>
internal static class TransactionPlans
{
    private static readonly Step s_findCoordinator = new("FindCoordinator", 4, """{"KeyType":1,"CoordinatorKeys":["@fresh"]}""")
    {
        Awaited = "Coordinators[0].ErrorCode",
    };

    private static readonly Step s_initialize = new("InitProducerId", 4,
        """{"TransactionalId":"@fresh","TransactionTimeoutMs":600000,"ProducerId":-1,"ProducerEpoch":-1}""",
        ("producerId", "ProducerId"), ("producerEpoch", "ProducerEpoch")) { Awaited = "ErrorCode" };

    private static readonly Step s_initializeAnother = s_initialize with
    {
        Request = new(s_initialize.Request) { ["TransactionalId"] = "@fresh/2" },
    };

    // The variables keep what the first one has.
    private static readonly Step s_fence = s_initialize with { Captures = [] };

    private static readonly Step s_add = new("AddPartitionsToTxn", 3,
        """
        {"V3AndBelowTransactionalId":"@fresh","V3AndBelowProducerId":"@producerId","V3AndBelowProducerEpoch":"@producerEpoch",
         "V3AndBelowTopics":[{"Name":"@fresh","Partitions":[0]}]}
        """) { Awaited = "ResultsByTopicV3AndBelow[0].ResultsByPartition[0].PartitionErrorCode" };

    private static readonly Step s_write = new("Produce", 12,
        """
        {"TransactionalId":"@fresh","Acks":-1,"TimeoutMs":5000,"TopicData":[{"Name":"@fresh","PartitionData":[{"Index":0,
         "Records":"@transactionRecords"}]}]}
        """) { Awaited = "Responses[0].PartitionResponses[0].ErrorCode" };

    private static readonly Step s_writeOffset = new("TxnOffsetCommit", 5,
        """
        {"TransactionalId":"@fresh","GroupId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","GenerationId":-1,
         "MemberId":"","Topics":[{"Name":"@fresh","Partitions":[{"PartitionIndex":0,"CommittedOffset":1,"CommittedMetadata":""}]}]}
        """) { Awaited = "Topics[0].Partitions[0].ErrorCode" };

    private static readonly Step s_describe = new("DescribeTransactions", 0, """{"TransactionalIds":["@fresh"]}""");

    private static readonly (string Name, Step[] Before)[] s_states =
    [
        ("unknown", [s_initializeAnother]),
        ("initialized", [s_initialize]),
        ("partition added", [s_initialize, s_add]),
        ("written", [s_initialize, s_write]),
        ("offset written", [s_initialize, s_writeOffset]),
        ("committed", [s_initialize, s_add, End(4, true), Await("CompleteCommit")]),
        ("aborted", [s_initialize, s_add, End(4, false), Await("CompleteAbort")]),
        ("committed with a new epoch", [s_initialize, s_write, s_writeOffset, End(5, true), Await("CompleteCommit")]),
        ("aborted with a new epoch", [s_initialize, s_write, s_writeOffset, End(5, false), Await("CompleteAbort")]),
        ("fenced", [s_initialize, s_fence]),
        ("written and fenced", [s_initialize, s_write, s_fence]),
    ];

    private static readonly (string Api, string Name, string Json)[] s_requests =
    [
        ("InitProducerId", "anew",
            """{"TransactionalId":"@fresh","TransactionTimeoutMs":600000,"ProducerId":-1,"ProducerEpoch":-1}"""),
        ("InitProducerId", "same",
            """
            {"TransactionalId":"@fresh","TransactionTimeoutMs":600000,"ProducerId":"@producerId","ProducerEpoch":"@producerEpoch"}
            """),
        ("AddPartitionsToTxn", "add",
            """
            {"V3AndBelowTransactionalId":"@fresh","V3AndBelowProducerId":"@producerId","V3AndBelowProducerEpoch":"@producerEpoch",
             "V3AndBelowTopics":[{"Name":"@fresh","Partitions":[0,1]}],
             "Transactions":[{"TransactionalId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","VerifyOnly":false,
              "Topics":[{"Name":"@fresh","Partitions":[0,1]}]}]}
            """),
        ("AddPartitionsToTxn", "verify",
            """
            {"V3AndBelowTransactionalId":"@fresh","V3AndBelowProducerId":"@producerId","V3AndBelowProducerEpoch":"@producerEpoch",
             "V3AndBelowTopics":[{"Name":"no-such","Partitions":[0]},{"Name":"@fresh","Partitions":[0]}],
             "Transactions":[{"TransactionalId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","VerifyOnly":true,
              "Topics":[{"Name":"@fresh","Partitions":[0,1]}]}]}
            """),
        ("AddOffsetsToTxn", "",
            """
            {"TransactionalId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","GroupId":"@fresh"}
            """),
        ("TxnOffsetCommit", "",
            """
            {"TransactionalId":"@fresh","GroupId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","GenerationId":-1,
             "MemberId":"","Topics":[{"Name":"@fresh","Partitions":[{"PartitionIndex":0,"CommittedOffset":5,"CommittedLeaderEpoch":-1,
              "CommittedMetadata":"m"}]}]}
            """),
        ("EndTxn", "commit",
            """{"TransactionalId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","Committed":true}"""),
        ("EndTxn", "abort",
            """{"TransactionalId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","Committed":false}"""),
        ("Produce", "in a transaction",
            """
            {"TransactionalId":"@fresh","Acks":-1,"TimeoutMs":5000,"TopicData":[{"Name":"@fresh","TopicId":"@freshId","PartitionData":[
             {"Index":0,"Records":"@transactionRecords"}]}]}
            """),
        ("WriteTxnMarkers", "",
            """
            {"Markers":[{"ProducerId":"@producerId","ProducerEpoch":"@producerEpoch","TransactionResult":true,"CoordinatorEpoch":0,
             "TransactionVersion":1,"Topics":[{"Name":"@fresh","PartitionIndexes":[0,1]}]}]}
            """),
        ("DescribeTransactions", "", """{"TransactionalIds":["@fresh"]}"""),
        ("ListTransactions", "", """{"StateFilters":[],"ProducerIdFilters":["@producerId"],"DurationFilter":-1}"""),
        ("DescribeProducers", "", """{"Topics":[{"Name":"@fresh","PartitionIndexes":[0]}]}"""),
        ("OffsetFetch", "stable",
            """
            {"GroupId":"@fresh","Topics":[{"Name":"@fresh","PartitionIndexes":[0]}],"Groups":[{"GroupId":"@fresh",
             "Topics":[{"Name":"@fresh","TopicId":"@freshId","PartitionIndexes":[0]}]}],"RequireStable":true}
            """),
        ("ListOffsets", "of committed records",
            """
            {"ReplicaId":-1,"IsolationLevel":1,"Topics":[{"Name":"@fresh","Partitions":[{"PartitionIndex":0,"CurrentLeaderEpoch":-1,
             "Timestamp":-1}]}],"TimeoutMs":1000}
            """),
        ("Fetch", "of committed records",
            """
            {"ReplicaId":-1,"MaxWaitMs":100,"MinBytes":0,"MaxBytes":1000000,"IsolationLevel":1,"SessionId":0,"SessionEpoch":-1,
             "Topics":[{"Topic":"@fresh","TopicId":"@freshId","Partitions":[
              {"Partition":0,"CurrentLeaderEpoch":-1,"FetchOffset":0,"LastFetchedEpoch":-1,"LogStartOffset":-1,
               "PartitionMaxBytes":1000000}]}]}
            """),
    ];

    private static readonly Step s_producers = new("DescribeProducers", 0, """{"Topics":[{"Name":"@fresh","PartitionIndexes":[0]}]}""");

    private static readonly Step s_stableEnd = new("ListOffsets", 7,
        """{"ReplicaId":-1,"IsolationLevel":1,"Topics":[{"Name":"@fresh","Partitions":[{"PartitionIndex":0,"Timestamp":-1}]}]}""");

    public static readonly ApiPlan[] List =
    [
        .. from state in s_states
           from request in s_requests
           select new ApiPlan(request.Api, ($"{state.Name}: {request.Name}", request.Json))
           {
               Before = [Steps.CreateTopic, Steps.SeeLeader, s_findCoordinator, .. state.Before],
               After = [s_describe, Steps.Offsets, s_producers, s_stableEnd],
               IsMutated = state.Name == "written",
           },
    ];

    private static Step End(int version, bool committed) => new(
        "EndTxn", version,
        $$"""
        {"TransactionalId":"@fresh","ProducerId":"@producerId","ProducerEpoch":"@producerEpoch",
         "Committed":{{(committed ? "true" : "false")}}}
        """,
        version >= 5 ? [("producerId", "ProducerId"), ("producerEpoch", "ProducerEpoch")] : []);

    private static Step Await(string state) => s_describe with { Awaited = "TransactionStates[0].TransactionState", Expected = state };
}
