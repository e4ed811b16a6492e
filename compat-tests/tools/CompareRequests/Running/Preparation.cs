using CompareRequests.Mutations;
using CompareRequests.Requests;

namespace CompareRequests.Running;

/// <summary>Gives both brokers the same topics, records and groups before the first case.</summary>
internal static class Preparation
{
    public static void Prepare(Broker broker)
    {
        broker.Variables["records"] = BatchMutations.Valid;
        broker.Variables["directory"] = Path.Combine(broker.Directory, "data");
        NewTopic(broker, "topic");
        CreateTopic(broker, "filled", "filled");
        CreateTopic(broker, "filled/2", "filled-2");
        for (var i = 0; i < 6; i++)
            Fill(broker, i % 2);
        broker.Variables["fresh"] = "prepared";
        // These create the topics of the coordinators.
        Repeat(() => broker.Run(new("FindCoordinator", 0, """{"Key":"@fresh"}""")), response => Broker.Find(response, "ErrorCode") is 0L);
        Repeat(
            () => broker.Run(new("FindCoordinator", 1, """{"Key":"@fresh","KeyType":1}""")),
            response => Broker.Find(response, "ErrorCode") is 0L);
        Repeat(() => broker.Run(Steps.Join), response => Broker.Find(response, "ErrorCode") is 0L);
        broker.Run(Steps.Sync);
        broker.Run(Steps.Commit);
        Repeat(
            () => broker.Run(new("InitProducerId", 0, """{"TransactionalId":null,"TransactionTimeoutMs":60000}""")),
            response => Broker.Find(response, "ErrorCode") is 0L);
    }

    /// <summary>
    /// Creates the topics "@topic" and "@topic/2" under names that were not used before, and what members of a classic group say of the
    /// first.
    /// </summary>
    public static void NewTopic(Broker broker, string name)
    {
        CreateTopic(broker, "topic", name);
        CreateTopic(broker, "topic/2", name + "-2");
        broker.Variables["subscription"] = EmbeddedMessages.Subscription(name);
        broker.Variables["owning"] = EmbeddedMessages.Subscription(name, 0, 1);
        broker.Variables["assignment"] = EmbeddedMessages.Assignment(name, 0, 1);
        broker.Variables["malformed"] = new byte[] { 0, 1, 2, 3 };
    }

    /// <summary>Otherwise the topics of all cases would take all memory and file descriptors.</summary>
    public static void DeleteTopicsOfCases(Broker broker)
    {
        foreach (var names in TopicsOfCases(broker).Chunk(200))
        {
            broker.Run(new("DeleteTopics", 4, new Dictionary<string, object?>
            {
                ["TopicNames"] = names.Cast<object?>().ToList(), ["TimeoutMs"] = 30_000L,
            }));
        }
        // The broker of Apache Kafka follows its controller with a delay.
        for (var i = 0; i < 500 && TopicsOfCases(broker).Any(); i++)
            Thread.Sleep(20);
    }

    private static IEnumerable<string> TopicsOfCases(Broker broker) =>
        ((List<object?>)broker.Run(new("Metadata", 12, """{"Topics":null}"""))["Topics"]!)
            .Select(topic => Broker.Find(topic, "Name")).OfType<string>().Where(name => name.StartsWith("case", StringComparison.Ordinal));

    private static void CreateTopic(Broker broker, string variable, string name)
    {
        var id = variable.EndsWith("/2", StringComparison.Ordinal) ? variable[..^2] + "Id/2" : variable + "Id";
        broker.Variables["fresh"] = name;
        Repeat(() => broker.Run(Steps.CreateTopic), response => Broker.Find(response, "Topics[0].ErrorCode") is 0L);
        broker.Run(Steps.SeeTopic);
        broker.Variables[variable] = name;
        var metadata = broker.Run(new("Metadata", 12, """{"Topics":[{"TopicId":"","Name":"@fresh"}]}"""));
        broker.Variables[id] = Broker.Find(metadata, "Topics[0].TopicId");
    }

    private static void Fill(Broker broker, int partition) => Repeat(
        () => broker.Run(new("Produce", 9,
            """{"Acks":-1,"TimeoutMs":5000,"TopicData":[{"Name":"@filled","PartitionData":[{"Index":0,"Records":"@records"}]}]}"""
                .Replace("\"Index\":0", $"\"Index\":{partition}", StringComparison.Ordinal))),
        response => Broker.Find(response, "Responses[0].PartitionResponses[0].ErrorCode") is 0L);

    // A broker that has only just started does not lead its partitions and has not loaded its groups.
    private static void Repeat(Func<Dictionary<string, object?>> request, Func<Dictionary<string, object?>, bool> succeeded)
    {
        Dictionary<string, object?> response;
        for (var i = 0; i < 100; i++)
        {
            response = request();
            if (succeeded(response))
                return;
            Thread.Sleep(100);
        }
        throw new InvalidOperationException("the broker could not be prepared: " + Schemas.Values.Text(request()));
    }
}
