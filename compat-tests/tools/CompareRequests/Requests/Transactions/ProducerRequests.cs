namespace CompareRequests.Requests.Transactions;

/// <summary>What producers, and brokers for them, send to the transaction coordinator.</summary>
internal static class ProducerRequests
{
    public static readonly TransactionRequest[] List =
    [
        Initialize("anew", "-1", "-1", isMutated: true),
        Initialize("its own", Producer, Epoch, isMutated: true),
        Initialize("an epoch before", Producer, "\"@producerEpoch-1\""),
        Initialize("an epoch after", Producer, "\"@producerEpoch+1\""),
        Initialize("two epochs after", Producer, "\"@producerEpoch+2\""),
        Initialize("the last epoch but one", Producer, "32766"),
        Initialize("the last epoch", Producer, "32767"),
        Initialize("no epoch", Producer, "-1"),
        Initialize("no producer", "-1", Epoch),
        Initialize("another producer", OtherProducer, Epoch),
        Initialize("another producer, an epoch after", OtherProducer, "\"@producerEpoch+1\""),
        Initialize("another producer, the last epoch", OtherProducer, "32767"),
        Initialize("another timeout", "-1", "-1", timeout: 30_000),
        Initialize("a timeout too long", Producer, Epoch, timeout: 900_001),
        Initialize("kept", Producer, Epoch, flags: """ "KeepPreparedTxn":true"""),
        Initialize("two phases", Producer, Epoch, flags: """ "Enable2Pc":true"""),
        Initialize("two phases, kept", "-1", "-1", flags: """ "Enable2Pc":true,"KeepPreparedTxn":true"""),

        Add("", """{"Name":"@fresh","Partitions":[0,1]}""", isMutated: true),
        Add("an epoch before", OneMore, epoch: "\"@producerEpoch-1\""),
        Add("an epoch after", OneMore, epoch: "\"@producerEpoch+1\""),
        Add("no epoch", OneMore, epoch: "-1"),
        Add("another producer", OneMore, OtherProducer),
        Add("no producer", OneMore, "-1"),
        Add("another id", OneMore, id: "none"),
        Add("no id", OneMore, id: ""),
        Add("unknown partition", """{"Name":"@fresh","Partitions":[0,7]}"""),
        Add("unknown topic", """{"Name":"@fresh","Partitions":[0]},{"Name":"none","Partitions":[0]}"""),
        Add("internal topic", """{"Name":"@fresh","Partitions":[0]},{"Name":"__transaction_state","Partitions":[0]}"""),
        Add("offsets", """{"Name":"__consumer_offsets","Partitions":[0]}"""),
        Add("repeated partition", """{"Name":"@fresh","Partitions":[1,1]}"""),
        Add("repeated topic", $"{OneMore},{OneMore}"),
        Add("no partitions", """{"Name":"@fresh","Partitions":[]}"""),
        Add("no topics", ""),
        Add("verify", """{"Name":"@fresh","Partitions":[0]}""", verifies: true, isMutated: true),
        Add("verify one more", """{"Name":"@fresh","Partitions":[0,1]}""", verifies: true),
        Add("verify an epoch before", OneMore, epoch: "\"@producerEpoch-1\"", verifies: true),
        Add("verify an epoch after", OneMore, epoch: "\"@producerEpoch+1\"", verifies: true),
        Add("verify another producer", OneMore, OtherProducer, verifies: true),
        Add("verify an unknown partition", """{"Name":"@fresh","Partitions":[0,7]}""", verifies: true),
        Add("verify a repeated topic", $"{OneMore},{OneMore}", verifies: true),
        Add("verify no partitions", """{"Name":"@fresh","Partitions":[]}""", verifies: true),
        AddBatch("with another id", Transaction("@fresh", OneMore), Transaction("none", OneMore)),
        AddBatch("with no id", Transaction("", OneMore), Transaction("@fresh", OneMore)),
        AddBatch("twice", Transaction("@fresh", OneMore), Transaction("@fresh", """{"Name":"@fresh","Partitions":[0]}""")),
        AddBatch("added and verified", Transaction("@fresh", OneMore), Transaction("@fresh/2", OneMore, verifies: true)),
        AddBatch("verified with an unknown topic",
            Transaction("@fresh", """{"Name":"@fresh","Partitions":[0]}""", verifies: true),
            Transaction("@fresh/2", """{"Name":"none","Partitions":[0]}""", verifies: true)),

        AddOffsets("", isMutated: true),
        AddOffsets("an epoch before", epoch: "\"@producerEpoch-1\""),
        AddOffsets("an epoch after", epoch: "\"@producerEpoch+1\""),
        AddOffsets("no epoch", epoch: "-1"),
        AddOffsets("another producer", OtherProducer),
        AddOffsets("no group", group: ""),
        AddOffsets("another id", id: "none"),
        AddOffsets("no id", id: ""),

        .. from commits in (bool[])[true, false]
           let name = commits ? "commit" : "abort"
           from request in (TransactionRequest[])
           [
               End(name, commits, isMutated: true),
               End($"{name}, an epoch before", commits, epoch: "\"@producerEpoch-1\""),
               End($"{name}, an epoch after", commits, epoch: "\"@producerEpoch+1\""),
               End($"{name}, two epochs after", commits, epoch: "\"@producerEpoch+2\""),
               End($"{name}, no epoch", commits, epoch: "-1"),
               End($"{name}, the last epoch", commits, epoch: "32767"),
               End($"{name}, another producer", commits, OtherProducer),
               End($"{name}, no producer", commits, "-1", "-1"),
               End($"{name}, another id", commits, id: "none"),
               End($"{name}, no id", commits, id: ""),
           ]
           select request,
    ];

    private const string Producer = "\"@producerId\"";
    private const string OtherProducer = "\"@producerId+54321\"";
    private const string Epoch = "\"@producerEpoch\"";
    private const string OneMore = """{"Name":"@fresh","Partitions":[1]}""";

    private static TransactionRequest Initialize(
        string name, string producer, string epoch, int timeout = 600_000, string? flags = null, bool isMutated = false) =>
        new("InitProducerId", name,
            $$"""
            {"TransactionalId":"@fresh","TransactionTimeoutMs":{{timeout}},"ProducerId":{{producer}},"ProducerEpoch":{{epoch}}
             {{(flags is null ? "" : "," + flags)}}}
            """,
            isMutated);

    private static TransactionRequest Add(
        string name, string topics, string producer = Producer, string epoch = Epoch, string id = "@fresh", bool verifies = false,
        bool isMutated = false) =>
        new("AddPartitionsToTxn", name,
            $$"""
            {"V3AndBelowTransactionalId":"{{id}}","V3AndBelowProducerId":{{producer}},"V3AndBelowProducerEpoch":{{epoch}},
             "V3AndBelowTopics":[{{topics}}],"Transactions":[{{Transaction(id, topics, producer, epoch, verifies)}}]}
            """,
            isMutated);

    private static TransactionRequest AddBatch(string name, params string[] transactions) =>
        new("AddPartitionsToTxn", name,
            $$"""
            {"V3AndBelowTransactionalId":"@fresh","V3AndBelowProducerId":"@producerId","V3AndBelowProducerEpoch":"@producerEpoch",
             "V3AndBelowTopics":[],"Transactions":[{{string.Join(',', transactions)}}]}
            """);

    private static string Transaction(
        string id, string topics, string producer = Producer, string epoch = Epoch, bool verifies = false) =>
        $$"""
        {"TransactionalId":"{{id}}","ProducerId":{{producer}},"ProducerEpoch":{{epoch}},"VerifyOnly":{{(verifies ? "true" : "false")}},
         "Topics":[{{topics}}]}
        """;

    private static TransactionRequest AddOffsets(
        string name, string producer = Producer, string epoch = Epoch, string id = "@fresh", string group = "@fresh",
        bool isMutated = false) =>
        new("AddOffsetsToTxn", name,
            $$"""{"TransactionalId":"{{id}}","ProducerId":{{producer}},"ProducerEpoch":{{epoch}},"GroupId":"{{group}}"}""", isMutated);

    private static TransactionRequest End(
        string name, bool commits, string producer = Producer, string epoch = Epoch, string id = "@fresh", bool isMutated = false) =>
        new("EndTxn", name,
            $$"""
            {"TransactionalId":"{{id}}","ProducerId":{{producer}},"ProducerEpoch":{{epoch}},
             "Committed":{{(commits ? "true" : "false")}}}
            """,
            isMutated);
}
