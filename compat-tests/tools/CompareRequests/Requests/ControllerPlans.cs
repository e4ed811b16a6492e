using System.Text.RegularExpressions;

namespace CompareRequests.Requests;

/// <summary>What brokers send to the controller, from a broker with the id 900 that exists only in these requests.</summary>
internal static class ControllerPlans
{
    // Apache Kafka's controller resigns for good after an exception about an empty host, port 0 or an unknown security protocol,
    // and the process ends after one about an empty name.
    // Whether another incarnation is admitted depends on the time since the last heartbeat, and the controller resigns after one that is.
    private static readonly Regex s_fatal =
        new("(Host|Listeners\\[0\\].Name) = \"\"|Port = 0|SecurityProtocol = (-|[45]|100|32767)|IncarnationId = ");

    public static readonly ApiPlan[] List =
    [
        new("BrokerRegistration",
            """
            {"BrokerId":900,"ClusterId":"AbCdEfGhIjKlMnOpQrStUg","IncarnationId":"AAAAAAAAAAAAAAAAAAAJAA",
             "Listeners":[{"Name":"PLAINTEXT","Host":"127.0.0.1","Port":9,"SecurityProtocol":0}],
             "Features":[{"Name":"metadata.version","MinSupportedVersion":7,"MaxSupportedVersion":30},
              {"Name":"group.version","MinSupportedVersion":0,"MaxSupportedVersion":1},
              {"Name":"transaction.version","MinSupportedVersion":0,"MaxSupportedVersion":2},
              {"Name":"share.version","MinSupportedVersion":0,"MaxSupportedVersion":1},
              {"Name":"streams.version","MinSupportedVersion":0,"MaxSupportedVersion":1},
              {"Name":"eligible.leader.replicas.version","MinSupportedVersion":0,"MaxSupportedVersion":1}],
             "LogDirs":["AAAAAAAAAAAAAAAAAAAJAQ"]}
            """)
        {
            OnController = true,
            Excluded = s_fatal,
        },
        new("BrokerHeartbeat",
            """{"BrokerId":900,"BrokerEpoch":"@brokerEpoch","CurrentMetadataOffset":0,"WantFence":true,"WantShutDown":false}""")
        {
            OnController = true,
            Before = [Steps.RegisterBroker],
        },
        new("AllocateProducerIds", """{"BrokerId":900,"BrokerEpoch":"@brokerEpoch"}""")
        {
            OnController = true,
            Before = [Steps.RegisterBroker],
        },
        new("AlterPartition",
            """
            {"BrokerId":900,"BrokerEpoch":"@brokerEpoch","Topics":[{"TopicId":"@topicId","Partitions":[
             {"PartitionIndex":0,"LeaderEpoch":0,"NewIsr":[1],"NewIsrWithEpochs":[{"BrokerId":1,"BrokerEpoch":-1}],
              "LeaderRecoveryState":0,"PartitionEpoch":0}]}]}
            """) { OnController = true, Before = [Steps.RegisterBroker] },
        new("AssignReplicasToDirs",
            """
            {"BrokerId":900,"BrokerEpoch":"@brokerEpoch","Directories":[{"Id":"AAAAAAAAAAAAAAAAAAAJAQ","Topics":[{"TopicId":"@topicId",
             "Partitions":[{"PartitionIndex":0}]}]}]}
            """) { OnController = true, Before = [Steps.RegisterBroker] },
        new("ControllerRegistration",
            """
            {"ControllerId":901,"IncarnationId":"AAAAAAAAAAAAAAAAAAAJAA","ZkMigrationReady":false,
             "Listeners":[{"Name":"CONTROLLER","Host":"127.0.0.1","Port":9,"SecurityProtocol":0}],
             "Features":[{"Name":"metadata.version","MinSupportedVersion":7,"MaxSupportedVersion":30}]}
            """)
        {
            OnController = true,
            Excluded = s_fatal,
        },
    ];
}
