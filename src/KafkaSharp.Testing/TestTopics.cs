using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Testing.Waiting;

namespace KafkaSharp.Testing;

/// <summary>The topics of a test broker: creates, fills and reads them, as a client would, without one. Thread-safe.</summary>
public sealed class TestTopics
{
    // The last versions that name topics; later ones have their ids.
    private const short ProduceVersion = 12;
    private const short FetchVersion = 12;
    private const int TimeoutMs = 30_000;
    private const int FetchBytes = 1 << 20;
    private const long LatestOffset = -1;
    private const long EarliestOffset = -2;

    private readonly BrokerClient _client;
    private readonly TimeProvider _time;
    private int _roundRobin = -1;

    internal TestTopics(BrokerClient client, TimeProvider time)
    {
        _client = client;
        _time = time;
    }

    /// <summary>Creates a topic. When the task completes, clients can use it.</summary>
    /// <exception cref="KafkaTestException">It exists already, or the broker refuses the arguments.</exception>
    public async Task CreateAsync(
        string topic,
        int partitions = 1,
        IReadOnlyDictionary<string, string>? configs = null,
        CancellationToken cancellation = default)
    {
        var request = new CreateTopicsRequest
        {
            TimeoutMs = TimeoutMs,
            Topics =
            [
                new()
                {
                    Name = topic,
                    NumPartitions = partitions,
                    ReplicationFactor = -1,
                    Configs = [.. (configs ?? new Dictionary<string, string>()).Select(
                        config => new CreateTopicsRequest.CreatableTopicConfig { Name = config.Key, Value = config.Value })],
                },
            ],
        };
        var response = await _client.SendAsync<CreateTopicsRequest, CreateTopicsResponse>(request, null, cancellation);
        KafkaTestException.ThrowIf($"Creating topic {topic}", response.Topics[0].ErrorCode, response.Topics[0].ErrorMessage);
    }

    /// <summary>Deletes a topic.</summary>
    /// <exception cref="KafkaTestException">It does not exist.</exception>
    public async Task DeleteAsync(string topic, CancellationToken cancellation = default)
    {
        var request = new DeleteTopicsRequest { TimeoutMs = TimeoutMs, Topics = [new() { Name = topic }] };
        var response = await _client.SendAsync<DeleteTopicsRequest, DeleteTopicsResponse>(request, null, cancellation);
        KafkaTestException.ThrowIf($"Deleting topic {topic}", response.Responses[0].ErrorCode, response.Responses[0].ErrorMessage);
    }

    /// <summary>The names of all topics, without internal ones.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellation = default)
    {
        var response = await _client.SendAsync<MetadataRequest, MetadataResponse>(
            new MetadataRequest { Topics = null }, null, cancellation);
        return [.. response.Topics.Where(topic => !topic.IsInternal).Select(topic => topic.Name!).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Appends records, those of one partition as one batch. A topic that does not exist is created with the broker's defaults. Returns the
    /// records with their partitions, offsets and timestamps.
    /// </summary>
    /// <exception cref="KafkaTestException">The broker refuses them.</exception>
    public async Task<IReadOnlyList<TestRecord>> AppendAsync(
        string topic, IEnumerable<TestRecord> records, CancellationToken cancellation = default)
    {
        var count = await PartitionCountAsync(topic, create: true, cancellation);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        var placed = records
            .Select(record => record with
            {
                Partition = record.Partition ?? PartitionFor(record, count),
                Timestamp = record.Timestamp ?? now,
            }).ToList();
        var batches = placed.GroupBy(record => record.Partition!.Value).ToList();
        var request = new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = TimeoutMs,
            TopicData =
            [
                new()
                {
                    Name = topic,
                    PartitionData = [.. batches.Select(batch => new ProduceRequest.PartitionProduceData
                    {
                        Index = batch.Key,
                        Records = TestRecordBatches.Encode([.. batch]),
                    })],
                },
            ],
        };
        var response = await _client.SendAsync<ProduceRequest, ProduceResponse>(request, ProduceVersion, cancellation);
        Dictionary<int, long> next = [];
        foreach (var partition in response.Responses.SelectMany(responded => responded.PartitionResponses))
        {
            KafkaTestException.ThrowIf($"Appending to {topic}-{partition.Index}", partition.ErrorCode, partition.ErrorMessage);
            next[partition.Index] = partition.BaseOffset;
        }
        return [.. placed.Select(record => record with { Offset = next[record.Partition!.Value]++ })];
    }

    /// <inheritdoc cref="AppendAsync(string, IEnumerable{TestRecord}, CancellationToken)"/>
    public Task<IReadOnlyList<TestRecord>> AppendAsync(string topic, params TestRecord[] records) => AppendAsync(topic, records, default);

    /// <summary>
    /// All records of a topic, ordered by partition and offset; committed ones only where that is asked for. Empty for a topic that does
    /// not exist.
    /// </summary>
    public async Task<IReadOnlyList<TestRecord>> ReadAsync(
        string topic, bool onlyCommitted = false, CancellationToken cancellation = default) =>
        await ReadPartAsync(topic, onlyCommitted: onlyCommitted, cancellation: cancellation);

    /// <summary>Some of the records of a topic, ordered by partition and offset.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">Those of one partition; null for all.</param>
    /// <param name="fromOffset">Those from this offset on, in each partition.</param>
    /// <param name="maxRecords">No more than so many.</param>
    /// <param name="onlyCommitted">Committed ones only.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<IReadOnlyList<TestRecord>> ReadPartAsync(
        string topic,
        int? partition = null,
        long fromOffset = 0,
        int maxRecords = int.MaxValue,
        bool onlyCommitted = false,
        CancellationToken cancellation = default)
    {
        List<TestRecord> records = [];
        var count = await PartitionCountAsync(topic, create: false, cancellation);
        var starts = await OffsetsAsync(topic, count, EarliestOffset, onlyCommitted, cancellation);
        var ends = await OffsetsAsync(topic, count, LatestOffset, onlyCommitted, cancellation);
        foreach (var (at, end) in ends.Where(end => (partition ?? end.Key) == end.Key))
        {
            for (var offset = Math.Max(fromOffset, starts[at]); offset < end && records.Count < maxRecords;)
                offset = await FetchAsync(topic, at, offset, onlyCommitted, records, cancellation);
        }
        if (records.Count > maxRecords)
            records.RemoveRange(maxRecords, records.Count - maxRecords);
        return records;
    }

    /// <summary>The offset behind the last record, by partition. Empty for a topic that does not exist.</summary>
    public async Task<IReadOnlyDictionary<int, long>> EndOffsetsAsync(string topic, CancellationToken cancellation = default) =>
        await OffsetsAsync(
            topic, await PartitionCountAsync(topic, create: false, cancellation), LatestOffset, onlyCommitted: false, cancellation);

    /// <summary>The only record with a key, a committed one.</summary>
    /// <exception cref="KafkaTestException">There is none, or there are several; the message shows them.</exception>
    public async Task<TestRecord> SingleAsync(string topic, string key, CancellationToken cancellation = default)
    {
        var records = await ReadAsync(topic, onlyCommitted: true, cancellation);
        var found = records.Where(record => record.KeyText == key).ToList();
        if (found.Count == 1)
            return found[0];
        throw new KafkaTestException(found.Count == 0
            ? $"Topic {topic} has no committed record with key {key} among {records.Count}: {string.Join(", ", records.Take(20))}"
            : $"Topic {topic} has {found.Count} committed records with key {key}: "
                + string.Join(", ", found.Select(record => $"{record} of producer {record.ProducerId}, sequence {record.Sequence}")));
    }

    /// <summary>Waits until the topic has at least so many records, by the test's own clock, and returns them all.</summary>
    /// <param name="topic">The topic, which may not exist yet.</param>
    /// <param name="count">The number of records.</param>
    /// <param name="timeout">How long to wait; null for ten seconds.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KafkaTestException">They did not come within the time; the message shows those that did.</exception>
    public async Task<IReadOnlyList<TestRecord>> WaitForRecordsAsync(
        string topic, int count, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        await WaitForCountAsync(topic, count, timeout, cancellation);
        return await ReadAsync(topic, onlyCommitted: false, cancellation);
    }

    /// <summary>Waits as <see cref="WaitForRecordsAsync"/> does, and returns nothing.</summary>
    /// <inheritdoc cref="WaitForRecordsAsync"/>
    public async Task WaitForCountAsync(
        string topic, int count, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var deadline = new Deadline(timeout);
        while (true)
        {
            var records = await ReadPartAsync(topic, maxRecords: count, cancellation: cancellation);
            if (records.Count >= count)
                return;
            if (deadline.IsOver)
                throw new KafkaTestException(
                    $"Topic {topic} has {records.Count} records after {deadline}, "
                    + $"and {count} were expected: {string.Join(", ", records.Take(20))}");
            await Deadline.PauseAsync(cancellation);
        }
    }

    /// <summary>The offsets of the partitions; empty for a topic that does not exist.</summary>
    internal async Task<IReadOnlyList<OffsetRange>> RangesAsync(string topic, CancellationToken cancellation)
    {
        var count = await PartitionCountAsync(topic, create: false, cancellation);
        var starts = await OffsetsAsync(topic, count, EarliestOffset, onlyCommitted: false, cancellation);
        var ends = await OffsetsAsync(topic, count, LatestOffset, onlyCommitted: false, cancellation);
        return [.. ends.Select(end => new OffsetRange(end.Key, starts[end.Key], end.Value))];
    }

    private int PartitionFor(TestRecord record, int count) =>
        record.Key is { } key
            ? DefaultPartitioner.PartitionOf(key, count)
            : (int)((uint)Interlocked.Increment(ref _roundRobin) % (uint)count);

    /// <summary>0 where the topic does not exist and is not to be created.</summary>
    private async Task<int> PartitionCountAsync(string topic, bool create, CancellationToken cancellation)
    {
        var request = new MetadataRequest { AllowAutoTopicCreation = create, Topics = [new() { Name = topic }] };
        var response = await _client.SendAsync<MetadataRequest, MetadataResponse>(request, null, cancellation);
        var described = response.Topics[0];
        if (described.ErrorCode == ErrorCode.UnknownTopicOrPartition && !create)
            return 0;
        KafkaTestException.ThrowIf($"Looking up topic {topic}", described.ErrorCode);
        return described.Partitions.Count;
    }

    private async Task<SortedDictionary<int, long>> OffsetsAsync(
        string topic, int partitions, long timestamp, bool onlyCommitted, CancellationToken cancellation)
    {
        SortedDictionary<int, long> offsets = [];
        if (partitions == 0)
            return offsets;
        var request = new ListOffsetsRequest
        {
            ReplicaId = -1,
            IsolationLevel = IsolationOf(onlyCommitted),
            TimeoutMs = TimeoutMs,
            Topics =
            [
                new()
                {
                    Name = topic,
                    Partitions = [.. Enumerable.Range(0, partitions).Select(
                        partition => new ListOffsetsRequest.ListOffsetsPartition { PartitionIndex = partition, Timestamp = timestamp })],
                },
            ],
        };
        var response = await _client.SendAsync<ListOffsetsRequest, ListOffsetsResponse>(request, null, cancellation);
        foreach (var partition in response.Topics[0].Partitions)
        {
            KafkaTestException.ThrowIf($"Asking for the offsets of {topic}-{partition.PartitionIndex}", partition.ErrorCode);
            offsets[partition.PartitionIndex] = partition.Offset;
        }
        return offsets;
    }

    private async Task<long> FetchAsync(
        string topic, int partition, long offset, bool onlyCommitted, List<TestRecord> into, CancellationToken cancellation)
    {
        var request = new FetchRequest
        {
            MaxBytes = FetchBytes,
            IsolationLevel = IsolationOf(onlyCommitted),
            Topics =
            [
                new()
                {
                    Topic = topic,
                    Partitions = [new() { Partition = partition, FetchOffset = offset, PartitionMaxBytes = FetchBytes }],
                },
            ],
        };
        var response = await _client.SendAsync<FetchRequest, FetchResponse>(request, FetchVersion, cancellation);
        var fetched = response.Responses[0].Partitions[0];
        KafkaTestException.ThrowIf($"Reading {topic}-{partition} at offset {offset}", fetched.ErrorCode);
        var next = TestRecordBatches.Decode(
            fetched.Records.GetValueOrDefault().Span, partition, offset, fetched.AbortedTransactions ?? [], into);
        if (next == offset)
            throw new KafkaTestException($"Reading {topic}-{partition} at offset {offset} gave nothing");
        return next;
    }

    private static sbyte IsolationOf(bool onlyCommitted) => (sbyte)(onlyCommitted ? 1 : 0);
}
