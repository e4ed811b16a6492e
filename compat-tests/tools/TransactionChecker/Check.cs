using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaSharp.IntegrationTests.Transactions.Checking;
using ListName = KafkaSharp.Protocol.TopicPartition;

namespace TransactionChecker;

/// <summary>The check in the end: every client is dead, and every transaction has had the time to end.</summary>
internal static class Check
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string bootstrap, string folder)
    {
        var history = Journals.Load(folder);
        var observation = new Observation();
        observation.Hanging.AddRange(await WaitForEndsAsync(bootstrap));
        foreach (var list in Lists.All)
        {
            observation.Lists[NameOf(list)] =
            [
                .. Reader.ReadAll(bootstrap, list)
                    .Select(result => new CommittedRecord(result.Offset, Reader.ValueOf(result), Reader.SourceOf(result))),
            ];
        }
        using (var consumer = Reader.Consumer(bootstrap, Lists.Group))
        {
            var inputs = Enumerable.Range(0, Lists.Partitions).Select(partition => new TopicPartition(Lists.Input, partition));
            foreach (var (input, offset) in consumer.Committed(inputs, s_patience).Select(each => (each.TopicPartition, each.Offset)))
                observation.Processing[NameOf(input)] = (new(Lists.Output, input.Partition), Math.Max(0, offset.Value));
        }
        var violations = new HistoryChecker(history, observation).Check();
        foreach (var violation in violations.Take(20))
            Console.WriteLine(violation.Length > 500 ? violation[..500] : violation);
        var outcomes = history.Attempts.CountBy(attempt => attempt.Outcome).ToDictionary();
        Console.WriteLine(
            $"{outcomes.GetValueOrDefault(Outcome.Committed)} transactions committed, "
            + $"{outcomes.GetValueOrDefault(Outcome.Aborted)} aborted, "
            + $"{outcomes.GetValueOrDefault(Outcome.Unknown)} of unknown end, {observation.Lists.Values.Sum(list => list.Count)} records, "
            + $"{observation.Processing.Values.Sum(each => each.Committed)} offsets of inputs processed, "
            + $"{history.Reads.Sum(read => read.Values.Count)} records read meanwhile, {violations.Count} violations");
        // A run in which nothing happens proves nothing.
        return violations.Count == 0 && outcomes.GetValueOrDefault(Outcome.Committed) > 20
            && observation.Processing.Values.All(each => each.Committed > 0) ? 0 : 1;
    }

    private static ListName NameOf(TopicPartition list) => new(list.Topic, list.Partition);

    /// <summary>What is open still after many transaction timeouts, in words.</summary>
    private static async Task<IReadOnlyList<string>> WaitForEndsAsync(string bootstrap)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        var deadline = DateTime.UtcNow + s_patience;
        while (true)
        {
            var stable = await EndsAsync(admin, IsolationLevel.ReadCommitted);
            var ends = await EndsAsync(admin, IsolationLevel.ReadUncommitted);
            var open = ends.Where(end => stable[end.Key] < end.Value)
                .Select(end => $"{end.Key} is stable up to {stable[end.Key]} of {end.Value}").ToList();
            if (open.Count == 0 || DateTime.UtcNow > deadline)
                return open;
            await Task.Delay(200);
        }
    }

    private static async Task<Dictionary<TopicPartition, long>> EndsAsync(IAdminClient admin, IsolationLevel isolation)
    {
        var asked = Lists.All.Select(list => new TopicPartitionOffsetSpec { TopicPartition = list, OffsetSpec = OffsetSpec.Latest() });
        var result = await admin.ListOffsetsAsync(asked, new ListOffsetsOptions { IsolationLevel = isolation });
        return result.ResultInfos.ToDictionary(
            info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
    }
}
