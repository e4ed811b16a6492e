using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaSharp.IntegrationTests.Transactions.Checking;
using ListName = KafkaSharp.Protocol.TopicPartition;

namespace TransactionChecker;

/// <summary>The check in the end: every client is dead, and every transaction has had the time to end.</summary>
internal static class Check
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string bootstrap, string folder, bool hasJavaClient)
    {
        var history = Journals.Load(folder);
        var observation = new Observation();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        var counted = CountedTopics.Find(admin);
        observation.Hanging.AddRange(await WaitForEndsAsync(admin, [.. Lists.All, .. counted]));
        foreach (var list in Lists.All)
        {
            observation.Lists[NameOf(list)] =
            [
                .. Reader.ReadAll(bootstrap, list)
                    .Select(result => new CommittedRecord(result.Offset, Reader.ValueOf(result), Reader.SourceOf(result))),
            ];
        }
        AddProcessing(observation, bootstrap, Lists.Group, Lists.Input, Lists.Output);
        AddProcessing(observation, bootstrap, Lists.Members, Lists.Shared, Lists.Grouped);
        var (miscounted, numbers) = CountedTopics.Check(bootstrap, counted);
        List<string> violations = [.. new HistoryChecker(history, observation).Check(), .. miscounted];
        foreach (var violation in violations.Take(20))
            Console.WriteLine(violation.Length > 500 ? violation[..500] : violation);
        var outcomes = history.Attempts.CountBy(attempt => attempt.Outcome).ToDictionary();
        Console.WriteLine(
            $"{outcomes.GetValueOrDefault(Outcome.Committed)} transactions committed, "
            + $"{outcomes.GetValueOrDefault(Outcome.Aborted)} aborted, "
            + $"{outcomes.GetValueOrDefault(Outcome.Unknown)} of unknown end, {observation.Lists.Values.Sum(list => list.Count)} records, "
            + $"{observation.Processing.Values.Sum(each => each.Committed)} offsets of inputs processed, "
            + $"{numbers} records of the Java client, "
            + $"{history.Reads.Sum(read => read.Values.Count)} records read meanwhile, {violations.Count} violations");
        // A run in which nothing happens proves nothing.
        return violations.Count == 0 && outcomes.GetValueOrDefault(Outcome.Committed) > 20
            && observation.Processing.Values.All(each => each.Committed > 0) && (numbers > 0 || !hasJavaClient) ? 0 : 1;
    }

    private static void AddProcessing(Observation observation, string bootstrap, string group, string inputs, string outputs)
    {
        using var consumer = Reader.Consumer(bootstrap, group);
        try
        {
            foreach (var next in consumer.Committed(Lists.Of(inputs), s_patience))
                observation.Processing[NameOf(next.TopicPartition)] = (new(outputs, next.Partition), Math.Max(0, next.Offset.Value));
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_TimedOut)
        {
            // The client repeats the request while the offsets belong to a transaction.
            observation.Hanging.Add($"the offsets of group {group} are not stable");
        }
    }

    private static ListName NameOf(TopicPartition list) => new(list.Topic, list.Partition);

    /// <summary>What is open still after many transaction timeouts, in words.</summary>
    private static async Task<IReadOnlyList<string>> WaitForEndsAsync(IAdminClient admin, IReadOnlyList<TopicPartition> lists)
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (true)
        {
            var stable = await EndsAsync(admin, lists, IsolationLevel.ReadCommitted);
            var ends = await EndsAsync(admin, lists, IsolationLevel.ReadUncommitted);
            var open = ends.Where(end => stable[end.Key] < end.Value)
                .Select(end => $"{end.Key} is stable up to {stable[end.Key]} of {end.Value}").ToList();
            if (open.Count == 0 || DateTime.UtcNow > deadline)
                return open;
            await Task.Delay(200);
        }
    }

    private static async Task<Dictionary<TopicPartition, long>> EndsAsync(
        IAdminClient admin, IEnumerable<TopicPartition> lists, IsolationLevel isolation)
    {
        var asked = lists.Select(list => new TopicPartitionOffsetSpec { TopicPartition = list, OffsetSpec = OffsetSpec.Latest() });
        var result = await admin.ListOffsetsAsync(asked, new ListOffsetsOptions { IsolationLevel = isolation });
        return result.ResultInfos.ToDictionary(
            info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
    }
}
