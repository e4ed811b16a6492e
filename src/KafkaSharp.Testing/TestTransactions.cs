using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Testing.Waiting;

namespace KafkaSharp.Testing;

/// <summary>The transactions of a test broker. Thread-safe.</summary>
public sealed class TestTransactions
{
    private const sbyte TransactionKeyType = 1;

    private readonly BrokerClient _client;
    private readonly TestTopics _topics;

    internal TestTransactions(BrokerClient client, TestTopics topics)
    {
        _client = client;
        _topics = topics;
    }

    /// <summary>All transactional ids, also those without an open transaction.</summary>
    public async Task<IReadOnlyList<TestTransaction>> ListAsync(CancellationToken cancellation = default)
    {
        var request = new ListTransactionsRequest { DurationFilter = -1 };
        var response = await _client.SendAsync<ListTransactionsRequest, ListTransactionsResponse>(request, null, cancellation);
        KafkaTestException.ThrowIf("Listing the transactions", response.ErrorCode);
        return await DescribeAsync(
            [.. response.TransactionStates.Select(listed => listed.TransactionalId).Order(StringComparer.Ordinal)], cancellation);
    }

    /// <summary>A transactional id; null if no producer has used it.</summary>
    public async Task<TestTransaction?> DescribeAsync(string transactionalId, CancellationToken cancellation = default) =>
        (await DescribeAsync([transactionalId], cancellation)).SingleOrDefault();

    /// <summary>
    /// The transactions that are not ended in the partitions of a topic, by partition and offset: the first of each partition holds its
    /// last stable offset.
    /// </summary>
    public async Task<IReadOnlyList<OpenTransaction>> OpenInAsync(string topic, CancellationToken cancellation = default)
    {
        var partitions = (await _topics.RangesAsync(topic, cancellation)).Select(range => range.Partition);
        var request = new DescribeProducersRequest { Topics = [new() { Name = topic, PartitionIndexes = [.. partitions] }] };
        if (request.Topics[0].PartitionIndexes.Count == 0)
            return [];
        var response = await _client.SendAsync<DescribeProducersRequest, DescribeProducersResponse>(request, null, cancellation);
        var ids = (await ListAsync(cancellation)).ToLookup(known => known.ProducerId, known => known.TransactionalId);
        List<OpenTransaction> open = [];
        foreach (var partition in response.Topics[0].Partitions)
        {
            KafkaTestException.ThrowIf($"Describing the producers of {topic}-{partition.PartitionIndex}", partition.ErrorCode);
            open.AddRange(partition.ActiveProducers
                .Where(producer => producer.CurrentTxnStartOffset >= 0)
                .Select(producer => new OpenTransaction(
                    topic, partition.PartitionIndex, producer.CurrentTxnStartOffset, producer.ProducerId, producer.ProducerEpoch,
                    DateTimeOffset.FromUnixTimeMilliseconds(producer.LastTimestamp), ids[producer.ProducerId].FirstOrDefault())));
        }
        return [.. open.OrderBy(transaction => transaction.Partition).ThenBy(transaction => transaction.FirstOffset)];
    }

    /// <summary>Waits, by the test's own clock, until a transactional id has no open transaction, and returns its state.</summary>
    /// <exception cref="KafkaTestException">It has one after the time (ten seconds by default), or does not exist.</exception>
    public async Task<TestTransaction> WaitUntilEndedAsync(
        string transactionalId, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var deadline = new Deadline(timeout);
        while (true)
        {
            var transaction = await DescribeAsync(transactionalId, cancellation);
            if (transaction is { IsOpen: false })
                return transaction;
            if (deadline.IsOver)
            {
                throw new KafkaTestException(transaction is null
                    ? $"No producer has used transactional id {transactionalId} within {deadline}"
                    : $"The transaction is still open after {deadline}: {transaction}");
            }
            await Deadline.PauseAsync(cancellation);
        }
    }

    /// <summary>
    /// Fences the producer of a transactional id, as another instance that starts with the same id does: an open transaction is aborted,
    /// and the next request of the producer fails.
    /// </summary>
    /// <exception cref="KafkaTestException">No producer has used the id, or the open transaction could not be aborted.</exception>
    public async Task FenceProducerAsync(string transactionalId, CancellationToken cancellation = default)
    {
        var known = await DescribeAsync(transactionalId, cancellation)
            ?? throw new KafkaTestException($"No producer has used transactional id {transactionalId}");
        var request = new InitProducerIdRequest
        {
            TransactionalId = transactionalId,
            TransactionTimeoutMs = (int)known.Timeout.TotalMilliseconds,
            ProducerId = -1,
            ProducerEpoch = -1,
        };
        var deadline = new Deadline(timeout: null);
        while (true)
        {
            var response = await _client.SendAsync<InitProducerIdRequest, InitProducerIdResponse>(request, null, cancellation);
            if (response.ErrorCode == ErrorCode.None)
                return;
            // The open transaction is being aborted.
            if (!response.ErrorCode.IsRetriable() || deadline.IsOver)
                throw new KafkaTestException($"Fencing the producer of transactional id {transactionalId}", response.ErrorCode);
            await Deadline.PauseAsync(cancellation);
        }
    }

    private async Task<IReadOnlyList<TestTransaction>> DescribeAsync(IReadOnlyList<string> transactionalIds, CancellationToken cancellation)
    {
        if (transactionalIds.Count == 0)
            return [];
        var request = new DescribeTransactionsRequest { TransactionalIds = [.. transactionalIds] };
        var deadline = new Deadline(timeout: null);
        while (true)
        {
            // The first lookup creates the topic of the coordinator, as for clients.
            await _client.SendAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
                new FindCoordinatorRequest { KeyType = TransactionKeyType, CoordinatorKeys = [.. transactionalIds] }, null, cancellation);
            var response = await _client.SendAsync<DescribeTransactionsRequest, DescribeTransactionsResponse>(request, null, cancellation);
            if (response.TransactionStates.FirstOrDefault(state => state.ErrorCode.IsRetriable()) is not { } loading)
                return [.. response.TransactionStates.Where(Exists).Select(Describe)];
            if (deadline.IsOver)
                throw new KafkaTestException($"Describing transactional id {loading.TransactionalId}", loading.ErrorCode);
            await Deadline.PauseAsync(cancellation);
        }
    }

    private static bool Exists(DescribeTransactionsResponse.TransactionStateData state)
    {
        if (state.ErrorCode != ErrorCode.TransactionalIdNotFound)
            KafkaTestException.ThrowIf($"Describing transactional id {state.TransactionalId}", state.ErrorCode);
        return state.ErrorCode == ErrorCode.None;
    }

    private static TestTransaction Describe(DescribeTransactionsResponse.TransactionStateData state)
    {
        var described = new TestTransaction(
            state.TransactionalId, state.TransactionState, state.ProducerId, state.ProducerEpoch,
            TimeSpan.FromMilliseconds(state.TransactionTimeoutMs), Started: null,
            [.. state.Topics.SelectMany(topic => topic.Partitions, (topic, partition) => (topic.Topic, partition))]);
        return described.IsOpen
            ? described with { Started = DateTimeOffset.FromUnixTimeMilliseconds(state.TransactionStartTimeMs) }
            : described;
    }
}
