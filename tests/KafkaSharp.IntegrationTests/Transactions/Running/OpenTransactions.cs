using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.IntegrationTests.Transactions.Running;

/// <summary>Finds transactions that have not ended: at their coordinator, and in partitions where they hold readers back.</summary>
internal static class OpenTransactions
{
    private const long Latest = -1;

    /// <summary>What is open, in words.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(RawClient connection, IEnumerable<TopicPartition> partitions)
    {
        var open = new List<string>();
        var listed = await connection.SendAsync<ListTransactionsRequest, ListTransactionsResponse>(new ListTransactionsRequest(), 1);
        if (listed.ErrorCode != ErrorCode.None)
            open.Add($"the coordinator responds {listed.ErrorCode}");
        open.AddRange(listed.TransactionStates
            .Where(transaction => transaction.TransactionState is not ("Empty" or "CompleteCommit" or "CompleteAbort"))
            .Select(transaction => $"{transaction.TransactionalId} is {transaction.TransactionState}"));
        foreach (var partition in partitions)
        {
            var stable = await EndAsync(connection, partition, isolationLevel: 1);
            var end = await EndAsync(connection, partition, isolationLevel: 0);
            if (stable < end)
                open.Add($"{partition} is stable up to {stable} of {end}");
        }
        return open;
    }

    private static async Task<long> EndAsync(RawClient connection, TopicPartition partition, sbyte isolationLevel)
    {
        var response = await connection.SendAsync<ListOffsetsRequest, ListOffsetsResponse>(
            new ListOffsetsRequest
            {
                ReplicaId = -1,
                IsolationLevel = isolationLevel,
                Topics =
                [
                    new()
                    {
                        Name = partition.Topic,
                        Partitions = [new() { PartitionIndex = partition.Partition, CurrentLeaderEpoch = -1, Timestamp = Latest }],
                    },
                ],
            },
            6);
        return response.Topics[0].Partitions[0].Offset;
    }
}
