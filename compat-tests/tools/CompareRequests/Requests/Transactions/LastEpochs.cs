using System.Globalization;
using CompareRequests.Running;
using CompareRequests.Wire;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;

namespace CompareRequests.Requests.Transactions;

/// <summary>
/// Transactional ids that have used up their epochs but one: using them up takes 32,766 requests, so they are written to the log of the
/// coordinator, which loads them when its broker starts again.
/// </summary>
internal static class LastEpochs
{
    public const string Suffix = "-last";

    private const int Ids = 6000;
    private const int IdsOfBatch = 500;
    private const int Partitions = 4;
    private const short Before = short.MaxValue - 2;
    private const long FirstProducer = 1L << 40;
    private const string Log = "__transaction_state";

    public static void Write(Broker broker)
    {
        broker.Variables["fresh"] = "first" + Suffix;
        // This creates the log.
        broker.Run(TransactionSteps.FindCoordinator);
        broker.Run(TransactionSteps.Initialize);
        // Others may not write to internal topics.
        using var connection = new BrokerConnection(broker.Address, "__admin_client");
        foreach (var partition in Enumerable.Range(0, Ids).GroupBy(PartitionOf))
        {
            foreach (var numbers in partition.Chunk(IdsOfBatch))
                Append(connection, partition.Key, Batch(numbers));
        }
    }

    private static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"case{number}x{Suffix}");

    /// <summary>As Java's hash code of the id decides.</summary>
    private static int PartitionOf(int number) =>
        Math.Abs(IdOf(number).Aggregate(0, (hash, character) => unchecked((hash * 31) + character))) % Partitions;

    private static byte[] Batch(int[] numbers)
    {
        using var batch = new RecordBatchBuilder(new RecordBatchOptions());
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (var number in numbers)
        {
            var key = VersionedMessage.ToArray(new TransactionLogKey { TransactionalId = IdOf(number) }, 0);
            var value = new TransactionLogValue
            {
                ProducerId = FirstProducer + number,
                ProducerEpoch = Before,
                TransactionTimeoutMs = 60_000,
                TransactionLastUpdateTimestampMs = now,
                TransactionStartTimestampMs = -1,
                ClientTransactionVersion = 2,
            };
            batch.Append(now, key, VersionedMessage.ToArray(value, 1));
        }
        return batch.Build().ToArray();
    }

    private static void Append(BrokerConnection connection, int partition, byte[] records)
    {
        connection.Send("Produce", 11, new Dictionary<string, object?>
        {
            ["TransactionalId"] = null,
            ["Acks"] = -1L,
            ["TimeoutMs"] = 30_000L,
            ["TopicData"] = new List<object?>
            {
                new Dictionary<string, object?>
                {
                    ["Name"] = Log,
                    ["PartitionData"] = new List<object?>
                    {
                        new Dictionary<string, object?> { ["Index"] = (long)partition, ["Records"] = records },
                    },
                },
            },
        });
        var error = Broker.Find(connection.Receive("Produce", 11), "Responses[0].PartitionResponses[0].ErrorCode");
        if (error is not 0L)
            throw new InvalidOperationException($"the log of the coordinator cannot be written: error {error}");
    }
}
