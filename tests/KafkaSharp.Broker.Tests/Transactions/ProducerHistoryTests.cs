using System.Text.Json;
using KafkaSharp.Broker.Tests.Handlers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Transactions;

/// <summary>
/// Thirty random histories of producers, markers and DeleteRecords, each in a partition of its own, as a genuine broker 4.3.1 recorded
/// them with <c>transaction.partition.verification.enable=false</c>: with sequences that wrap, the last epochs, repeated and stale
/// batches, transactions of every version, old coordinators, a restart and a kill -9 in between. After each step our broker has the
/// recorded response, producers, aborted transactions and offsets.
/// </summary>
internal sealed class ProducerHistoryTests
{
    private const string Topic = "txn";
    private static readonly (string, string)[] s_overrides =
        [("transaction.partition.verification.enable", "false"), ("log.retention.ms", "-1")];

    private Dictionary<int, long> _logStart = [];
    private MemoryFileSystem _files = null!;
    private TestNode _node = null!;

    [SetUp]
    public async Task Start()
    {
        _logStart = [];
        _files = new MemoryFileSystem(TimeProvider.System, 1L << 30);
        _node = await TestNode.StartAsync(_files, s_overrides);
    }

    [TearDown]
    public ValueTask Stop() => _node.DisposeAsync();

    [Test]
    public async Task The_histories_of_a_genuine_broker_have_the_same_results()
    {
        var steps = Vectors.Lines("producer-histories.jsonl.gz").Select(line => JsonDocument.Parse(line).RootElement).ToList();
        await CreateTopicAsync(steps.Select(PartitionOf).Max() + 1);
        Dictionary<int, long> saved = [];
        foreach (var step in steps)
        {
            switch (step.GetProperty("op").GetString())
            {
                case "restart":
                    saved = new(_logStart);
                    await _node.DisposeAsync();
                    _node = await TestNode.StartAsync(_files, s_overrides);
                    break;
                case "kill":
                    // The checkpoint of log starts is that of the clean stop.
                    _logStart = saved;
                    var copy = new MemoryFileSystem(TimeProvider.System, 1L << 30);
                    Copy("/", copy);
                    await _node.DisposeAsync();
                    _node = await TestNode.StartAsync(_files = copy, s_overrides);
                    break;
                default:
                    await CompareAsync(step);
                    break;
            }
        }
    }

    private async Task CompareAsync(JsonElement step)
    {
        var partition = PartitionOf(step);
        var result = step.GetProperty("op").GetString() switch
        {
            "produce" => await ProduceAsync(step, partition),
            "marker" => await MarkAsync(step, partition),
            _ => await DeleteAsync(step, partition),
        };
        var expected = string.Join(
            ' ', step.GetProperty("result").GetRawText(), step.GetProperty("producers").GetRawText(),
            AboveLogStart(partition, step.GetProperty("fetch").GetRawText()),
            AboveLogStart(partition, step.GetProperty("stable").GetRawText()), step.GetProperty("end").GetRawText());
        var actual = string.Join(
            ' ', result, await DescribeAsync(partition), await FetchAsync(partition, step.GetProperty("at").GetInt64()),
            await OffsetAsync(partition, isolation: 1), await OffsetAsync(partition, isolation: 0));
        Assert.That(actual, Is.EqualTo(expected), step.GetRawText());
    }

    // The last stable offset of an open transaction that begins in deleted records is the log start offset. A genuine broker gives the
    // first offset of the batch that the log starts in, which may be below the log start offset.
    private string AboveLogStart(int partition, string recorded)
    {
        var fields = recorded.Split(',');
        if (fields[0] == "[0" && long.Parse(fields[2].TrimEnd(']')) < _logStart.GetValueOrDefault(partition))
            fields[2] = $"{_logStart[partition]}{(fields.Length == 3 ? "]" : "")}";
        return string.Join(',', fields);
    }

    private static int PartitionOf(JsonElement step) => step.TryGetProperty("part", out var partition) ? partition.GetInt32() : 0;

    private async Task<string> ProduceAsync(JsonElement step, int partition)
    {
        using var batch = new RecordBatchBuilder(new RecordBatchOptions
        {
            ProducerId = step.GetProperty("pid").GetInt64(),
            ProducerEpoch = step.GetProperty("epoch").GetInt16(),
            BaseSequence = step.GetProperty("seq").GetInt32(),
            IsTransactional = step.GetProperty("txn").GetBoolean(),
        });
        for (var i = 0; i < step.GetProperty("count").GetInt32(); i++)
            batch.Append(1_600_000_000_000, default, "v"u8, hasKey: false);
        var response = await _node.AskAsync<ProduceRequest, ProduceResponse>(
            new()
            {
                TransactionalId = step.GetProperty("txn").GetBoolean() ? "tx" : null,
                Acks = -1,
                TimeoutMs = 5000,
                TopicData = [new() { Name = Topic, PartitionData = [new() { Index = partition, Records = batch.Build().ToArray() }] }],
            },
            8);
        var result = response.Responses[0].PartitionResponses[0];
        var message = result.ErrorMessage is null ? "null" : $"\"{result.ErrorMessage}\"";
        return $"[{(short)result.ErrorCode},{result.BaseOffset},{result.LogStartOffset},{message}]";
    }

    private async Task<string> MarkAsync(JsonElement step, int partition)
    {
        var response = await _node.AskAsync<WriteTxnMarkersRequest, WriteTxnMarkersResponse>(
            new()
            {
                Markers =
                [
                    new()
                    {
                        ProducerId = step.GetProperty("pid").GetInt64(),
                        ProducerEpoch = step.GetProperty("epoch").GetInt16(),
                        TransactionResult = step.GetProperty("commit").GetBoolean(),
                        CoordinatorEpoch = step.GetProperty("ce").GetInt32(),
                        TransactionVersion = step.GetProperty("tv").GetSByte(),
                        Topics = [new() { Name = Topic, PartitionIndexes = [partition] }],
                    },
                ],
            },
            step.GetProperty("v").GetInt16());
        return $"{(short)response.Markers[0].Topics[0].Partitions[0].ErrorCode}";
    }

    private async Task<string> DeleteAsync(JsonElement step, int partition)
    {
        var offset = step.GetProperty("below").GetInt64();
        var response = await _node.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(
            new()
            {
                TimeoutMs = 5000,
                Topics = [new() { Name = Topic, Partitions = [new() { PartitionIndex = partition, Offset = offset }] }],
            },
            1);
        var result = response.Topics[0].Partitions[0];
        if (result.ErrorCode == ErrorCode.None)
            _logStart[partition] = result.LowWatermark;
        return $"[{(short)result.ErrorCode},{result.LowWatermark}]";
    }

    private async Task<string> DescribeAsync(int partition)
    {
        var response = await _node.AskAsync<DescribeProducersRequest, DescribeProducersResponse>(
            new() { Topics = [new() { Name = Topic, PartitionIndexes = [partition] }] }, 0);
        var result = response.Topics[0].Partitions[0];
        var producers = result.ActiveProducers.OrderBy(producer => producer.ProducerId).Select(producer =>
            $"[{producer.ProducerId},{producer.ProducerEpoch},{producer.LastSequence},{producer.CoordinatorEpoch}," +
            $"{producer.CurrentTxnStartOffset}]");
        return $"[{(short)result.ErrorCode},[{string.Join(',', producers)}]]";
    }

    private async Task<string> FetchAsync(int partition, long offset)
    {
        var response = await _node.AskAsync<FetchRequest, FetchResponse>(
            new()
            {
                MaxBytes = 1 << 20,
                IsolationLevel = 1,
                SessionEpoch = -1,
                Topics =
                [
                    new()
                    {
                        Topic = Topic,
                        Partitions = [new() { Partition = partition, FetchOffset = offset, PartitionMaxBytes = 1 << 20 }],
                    },
                ],
            },
            11);
        var result = response.Responses[0].Partitions[0];
        var aborted = result.AbortedTransactions?.OrderBy(transaction => (transaction.ProducerId, transaction.FirstOffset))
            .Select(transaction => $"[{transaction.ProducerId},{transaction.FirstOffset}]");
        return $"[{(short)result.ErrorCode},{result.HighWatermark},{result.LastStableOffset},{result.LogStartOffset}," +
            $"{(aborted is null ? "null" : $"[{string.Join(',', aborted)}]")},{result.Records?.Length ?? -1}]";
    }

    private async Task<string> OffsetAsync(int partition, sbyte isolation)
    {
        var response = await _node.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(
            new()
            {
                ReplicaId = -1,
                IsolationLevel = isolation,
                Topics =
                [
                    new()
                    {
                        Name = Topic, Partitions = [new() { PartitionIndex = partition, CurrentLeaderEpoch = -1, Timestamp = -1 }],
                    },
                ],
            },
            5);
        var result = response.Topics[0].Partitions[0];
        return $"[{(short)result.ErrorCode},{result.Timestamp},{result.Offset}]";
    }

    private async Task CreateTopicAsync(int partitions)
    {
        var response = await _node.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            new() { TimeoutMs = 30_000, Topics = [new() { Name = Topic, NumPartitions = partitions, ReplicationFactor = 1 }] }, 7);
        Assert.That(response.Topics[0].ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    // What a process leaves behind that is killed.
    private void Copy(string directory, MemoryFileSystem target)
    {
        target.CreateDirectory(directory);
        foreach (var path in _files.EnumerateFiles(directory))
        {
            using var file = target.OpenFile(path, StorageFileMode.Create);
            file.Write(0, _files.ReadAllBytes(path));
        }
        foreach (var path in _files.EnumerateDirectories(directory))
            Copy(path, target);
    }
}
