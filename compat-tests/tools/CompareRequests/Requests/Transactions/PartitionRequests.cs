using CompareRequests.Mutations;

namespace CompareRequests.Requests.Transactions;

/// <summary>What goes to the partitions of a transaction and to the coordinator of a group, and what is read of it.</summary>
internal static class PartitionRequests
{
    public static readonly TransactionRequest[] List =
    [
        Produce("", isMutated: true),
        Produce("an epoch before", change: " epoch-1"),
        Produce("an epoch after", change: " epoch+1"),
        Produce("another producer", change: " producer+54321"),
        Produce("the next batch", change: " sequence=3"),
        Produce("a gap", change: " sequence=4"),
        Produce("an overlap", change: " sequence=1"),
        Produce("another producer, a gap", change: " producer+54321 sequence=4"),
        Produce("the last sequence", change: " sequence=2147483647"),
        Produce("two batches", change: " twice"),
        Produce("not transactional", change: " plain"),
        Produce("not transactional, next", change: " plain sequence=3"),
        Produce("other partition", index: 1),
        Produce("other partition, a gap", change: " sequence=3", index: 1),
        Produce("unknown partition", index: 7),
        Produce("another id", id: "\"none\""),
        Produce("empty id", id: "\"\""),
        Produce("no id", id: "null"),
        Produce("no id, not transactional", " plain", id: "null"),
        Produce("one acknowledgment", acks: 1),
        Produce("no acknowledgment", acks: 0),
        new("Produce", "both partitions",
            $$"""
            {"TransactionalId":"@fresh","Acks":-1,"TimeoutMs":5000,"TopicData":[{"Name":"@fresh","TopicId":"@freshId","PartitionData":[
             {"Index":0,"Records":"{{TransactionRecords.Valid}} sequence=3"},{"Index":1,"Records":"{{TransactionRecords.Valid}}"}]}]}
            """),
        new("Produce", "two producers",
            $$"""
            {"TransactionalId":"@fresh","Acks":-1,"TimeoutMs":5000,"TopicData":[{"Name":"@fresh","TopicId":"@freshId","PartitionData":[
             {"Index":0,"Records":"{{TransactionRecords.Valid}}"},{"Index":1,"Records":"{{TransactionRecords.Valid}} producer+1"}]}]}
            """),

        CommitOffset("", isMutated: true),
        CommitOffset("an epoch before", epoch: "\"@producerEpoch-1\""),
        CommitOffset("an epoch after", epoch: "\"@producerEpoch+1\""),
        CommitOffset("no epoch", epoch: "-1"),
        CommitOffset("another producer", producer: "\"@producerId+54321\""),
        CommitOffset("another id", id: "none"),
        CommitOffset("empty id", id: ""),
        CommitOffset("no group", group: ""),
        CommitOffset("a member", member: """ "GenerationId":3,"MemberId":"none","GroupInstanceId":null """),
        CommitOffset("a generation", member: """ "GenerationId":0,"MemberId":"","GroupInstanceId":null """),
        CommitOffset("an instance", member: """ "GenerationId":-1,"MemberId":"","GroupInstanceId":"i" """),
        CommitOffset("unknown topic", topics: """{"Name":"none","Partitions":[{"PartitionIndex":0,"CommittedOffset":5}]}"""),
        CommitOffset("no topics", topics: ""),

        .. from commits in (bool[])[true, false]
           let name = commits ? "commit" : "abort"
           from request in (TransactionRequest[])
           [
               WriteMarker(name, commits, isMutated: true),
               WriteMarker($"{name}, an epoch before", commits, epoch: "\"@producerEpoch-1\""),
               WriteMarker($"{name}, an epoch after", commits, epoch: "\"@producerEpoch+1\""),
               WriteMarker($"{name}, the last epoch", commits, epoch: "32767"),
               WriteMarker($"{name}, version 2", commits, version: 2),
               WriteMarker($"{name}, version 2, an epoch before", commits, epoch: "\"@producerEpoch-1\"", version: 2),
               WriteMarker($"{name}, version 2, an epoch after", commits, epoch: "\"@producerEpoch+1\"", version: 2),
               WriteMarker($"{name}, version 0", commits, version: 0),
               WriteMarker($"{name}, version 3", commits, version: 3),
               WriteMarker($"{name}, another producer", commits, "\"@producerId+54321\""),
               WriteMarker($"{name}, a coordinator before", commits, coordinator: -1),
               WriteMarker($"{name}, a coordinator after", commits, coordinator: 5),
               WriteMarker($"{name}, unknown topic", commits, topics: """{"Name":"none","PartitionIndexes":[0]}"""),
               WriteMarker($"{name}, offsets", commits, topics: """{"Name":"__consumer_offsets","PartitionIndexes":[0,1,2,3]}"""),
               WriteMarker($"{name}, nowhere", commits, topics: ""),
           ]
           select request,

        new("DescribeTransactions", "", """{"TransactionalIds":["@fresh"]}""", IsMutated: true),
        new("DescribeTransactions", "two", """{"TransactionalIds":["@fresh","none"]}"""),
        new("DescribeProducers", "", """{"Topics":[{"Name":"@fresh","PartitionIndexes":[0]}]}""", IsMutated: true),
        new("DescribeProducers", "two", """{"Topics":[{"Name":"@fresh","PartitionIndexes":[0,1,7]}]}"""),
        new("FindCoordinator", "", """{"Key":"@fresh","KeyType":1,"CoordinatorKeys":["@fresh","","@fresh"]}"""),
        new("OffsetFetch", "stable",
            """
            {"GroupId":"@fresh","Topics":[{"Name":"@fresh","PartitionIndexes":[0]}],"Groups":[{"GroupId":"@fresh",
             "Topics":[{"Name":"@fresh","TopicId":"@freshId","PartitionIndexes":[0]}]}],"RequireStable":true}
            """, IsMutated: true),
        new("ListOffsets", "of committed records",
            """
            {"ReplicaId":-1,"IsolationLevel":1,"Topics":[{"Name":"@fresh","Partitions":[{"PartitionIndex":0,"CurrentLeaderEpoch":-1,
             "Timestamp":-1}]}],"TimeoutMs":1000}
            """, IsMutated: true),
        new("Fetch", "of committed records",
            """
            {"ReplicaId":-1,"MaxWaitMs":100,"MinBytes":0,"MaxBytes":1000000,"IsolationLevel":1,"SessionId":0,"SessionEpoch":-1,
             "Topics":[{"Topic":"@fresh","TopicId":"@freshId","Partitions":[
              {"Partition":0,"CurrentLeaderEpoch":-1,"FetchOffset":0,"LastFetchedEpoch":-1,"LogStartOffset":-1,
               "PartitionMaxBytes":1000000}]}]}
            """, IsMutated: true),
    ];

    private static TransactionRequest Produce(
        string name, string change = "", string id = "\"@fresh\"", int index = 0, int acks = -1, bool isMutated = false) =>
        new("Produce", name.Length == 0 ? "in a transaction" : name,
            $$"""
            {"TransactionalId":{{id}},"Acks":{{acks}},"TimeoutMs":5000,"TopicData":[{"Name":"@fresh","TopicId":"@freshId","PartitionData":[
             {"Index":{{index}},"Records":"{{TransactionRecords.Valid}}{{change}}"}]}]}
            """,
            isMutated);

    private static TransactionRequest CommitOffset(
        string name, string producer = "\"@producerId\"", string epoch = "\"@producerEpoch\"", string id = "@fresh",
        string group = "@fresh", string member = """ "GenerationId":-1,"MemberId":"","GroupInstanceId":null """, string? topics = null,
        bool isMutated = false) =>
        new("TxnOffsetCommit", name,
            $$"""
            {"TransactionalId":"{{id}}","GroupId":"{{group}}","ProducerId":{{producer}},"ProducerEpoch":{{epoch}},{{member}},
             "Topics":[{{topics ?? """
                {"Name":"@fresh","Partitions":[{"PartitionIndex":0,"CommittedOffset":5,"CommittedLeaderEpoch":-1,"CommittedMetadata":"m"}]}
                """}}]}
            """,
            isMutated);

    private static TransactionRequest WriteMarker(
        string name, bool commits, string producer = "\"@producerId\"", string epoch = "\"@producerEpoch\"", int coordinator = 0,
        int version = 1, string topics = """{"Name":"@fresh","PartitionIndexes":[0,1]}""", bool isMutated = false) =>
        new("WriteTxnMarkers", name,
            $$"""
            {"Markers":[{"ProducerId":{{producer}},"ProducerEpoch":{{epoch}},"TransactionResult":{{(commits ? "true" : "false")}},
             "CoordinatorEpoch":{{coordinator}},"TransactionVersion":{{version}},"Topics":[{{topics}}]}]}
            """,
            isMutated);
}
