using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;

namespace KafkaSharp.IntegrationTests;

/// <summary>
/// KafkaSharp opens directories written by Apache Kafka 4.3.1 and serves the same records and offsets that clients of Apache Kafka
/// received.
/// </summary>
[TestFixture("stage1-uncleaned")]
[TestFixture("stage2-killed")]
[TestFixture("stage3-recovered")]
internal sealed class GenuineDirectoryTests(string stage)
{
    private string _folder = "";
    private JsonDocument _expected = null!;
    private TestBroker _broker = null!;
    private RawClient _client = null!;

    [OneTimeSetUp]
    public async Task OpenTheDirectory()
    {
        var archive = Vectors.Find($"log-dirs/{stage}.tar.gz");
        _folder = Directory.CreateTempSubdirectory("kafkasharp-genuine-").FullName;
        await using (var unzipped = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress))
            await TarFile.ExtractToDirectoryAsync(unzipped, _folder, overwriteFiles: true);
        await using (var json =
            new GZipStream(File.OpenRead(Vectors.Find($"log-dirs/{stage}.consumer.json.gz")), CompressionMode.Decompress))
            _expected = await JsonDocument.ParseAsync(json);
        // The genuine broker had no cleaner when its records were read.
        _broker = await TestBroker.StartAsync(
            PhysicalFileSystem.Instance, [("log.dirs", $"{_folder}/data-a,{_folder}/data-b"), ("log.cleaner.enable", "false")]);
        _client = await _broker.ConnectAsync();
    }

    [OneTimeTearDown]
    public async Task CloseIt()
    {
        _client?.Dispose();
        _expected?.Dispose();
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_folder.Length > 0)
            Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void The_cluster_id_is_the_same() =>
        Assert.That(_broker.Broker.ClusterId, Is.EqualTo(
            _expected.RootElement.GetProperty("state").GetProperty("cluster").GetProperty("clusterId").GetString()));

    [TestCase("read_uncommitted", 0)]
    [TestCase("read_committed", 1)]
    public async Task Every_record_is_served_as_by_Apache_Kafka(string isolation, int level)
    {
        var compared = 0;
        foreach (var partition in _expected.RootElement.GetProperty(isolation).EnumerateObject())
        {
            var dash = partition.Name.LastIndexOf('-');
            var (topic, number) = (partition.Name[..dash], int.Parse(partition.Name[(dash + 1)..]));
            var expected = partition.Value.GetProperty("records").EnumerateArray().Select(Describe).ToList();
            var from = partition.Value.GetProperty("beginningOffset").GetInt64();
            var to = partition.Value.GetProperty("endOffset").GetInt64();
            Assert.That(await EndAsync(topic, number, -2, level), Is.EqualTo(from), $"beginning of {partition.Name}");
            // The start of KafkaSharp may have written to internal topics after the genuine client read them.
            var served = (await ReadAsync(topic, number, from, to, (sbyte)level)).ToList();
            Assert.That(served, Is.EqualTo(expected), partition.Name);
            compared += served.Count;
        }
        Assert.That(compared, Is.GreaterThan(4000));
    }

    [Test]
    public async Task Committed_offsets_of_groups_are_served()
    {
        var compared = 0;
        foreach (var group in _expected.RootElement.GetProperty("state").GetProperty("groups").EnumerateObject())
        {
            if (group.Value.GetProperty("type").GetString() != "Classic" || !group.Value.TryGetProperty("offsets", out var offsets))
                continue;
            var response = await _client.SendAsync<OffsetFetchRequest, OffsetFetchResponse>(
                new OffsetFetchRequest { GroupId = group.Name, Topics = null }, 7);
            Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None), group.Name);
            var served = response.Topics.SelectMany(
                t => t.Partitions.Select(p => $"{t.Name}-{p.PartitionIndex} {p.CommittedOffset} {p.Metadata}")).Order();
            var expected = offsets.EnumerateObject()
                .Select(o => $"{o.Name} {o.Value.GetProperty("offset").GetInt64()} {o.Value.GetProperty("metadata").GetString()}").Order();
            Assert.That(served, Is.EqualTo(expected), group.Name);
            compared++;
        }
        Assert.That(compared, Is.GreaterThan(0));
    }

    private async Task<long> EndAsync(string topic, int partition, long timestamp, int level)
    {
        var response = await _client.SendAsync<ListOffsetsRequest, ListOffsetsResponse>(
            new ListOffsetsRequest
            {
                ReplicaId = -1,
                IsolationLevel = (sbyte)level,
                Topics = [new() { Name = topic,
                    Partitions = [new() { PartitionIndex = partition, Timestamp = timestamp, CurrentLeaderEpoch = -1 }] }],
            },
            7);
        Assert.That(response.Topics[0].Partitions[0].ErrorCode, Is.EqualTo(ErrorCode.None), $"{topic}-{partition}");
        return response.Topics[0].Partitions[0].Offset;
    }

    private async Task<IReadOnlyList<string>> ReadAsync(string topic, int partition, long from, long to, sbyte isolation)
    {
        var described = new List<string>();
        var next = from;
        while (next < to)
        {
            var response = await _client.SendAsync<FetchRequest, FetchResponse>(
                new FetchRequest
                {
                    ReplicaId = -1, MaxWaitMs = 0, MinBytes = 1, MaxBytes = 1 << 24, IsolationLevel = isolation, SessionEpoch = -1,
                    Topics = [new() { Topic = topic,
                        Partitions = [new() { Partition = partition, FetchOffset = next, PartitionMaxBytes = 1 << 22 }] }],
                },
                12);
            var data = response.Responses[0].Partitions[0];
            Assert.That(data.ErrorCode, Is.EqualTo(ErrorCode.None), $"{topic}-{partition} at {next}");
            var read = Describe(data, next, to, described, isolation == 1);
            Assert.That(read, Is.GreaterThan(next), $"{topic}-{partition} ends at {next}, not at {to}");
            next = read;
        }
        return described;
    }

    // The records that a consumer returns: no control records, no records before the requested offset, none of aborted transactions.
    private static long Describe(FetchResponse.PartitionData data, long from, long to, List<string> described, bool committed)
    {
        var next = from;
        var aborted = new HashSet<long>();
        var starts = (data.AbortedTransactions ?? []).ToList();
        foreach (var batch in new RecordBatchReader(data.Records!.Value.Span))
        {
            next = batch.LastOffset + 1;
            if (batch.Magic >= 2 && committed && batch.Header.IsTransactional)
            {
                var last = batch.LastOffset;
                foreach (var start in starts.Where(s => s.FirstOffset <= last))
                    aborted.Add(start.ProducerId);
                starts.RemoveAll(s => s.FirstOffset <= last);
                var producer = batch.Header.ProducerId;
                if (batch.Header.IsControlBatch)
                    aborted.Remove(producer);
                else if (aborted.Contains(producer))
                    continue;
            }
            if (batch.Magic >= 2 && batch.Header.IsControlBatch)
                continue;
            using var reader = new RecordReader(batch);
            while (reader.MoveNext())
            {
                ref readonly var record = ref reader.Current;
                if (record.Offset < from || record.Offset >= to)
                    continue;
                var headers = new List<string>();
                foreach (var header in record.Headers)
                    headers.Add($"{System.Text.Encoding.UTF8.GetString(header.Key)}={(header.HasValue ? Hex(header.Value) : "null")}");
                described.Add(
                    $"{record.Offset} {record.Timestamp} {(record.HasKey ? Hex(record.Key) : "null")} " +
                    $"{(record.HasValue ? Hex(record.Value) : "null")} "
                    + string.Join(',', headers));
            }
        }
        return next;
    }

    private static string Describe(JsonElement record)
    {
        var headers = record[6].EnumerateArray().Select(h => $"{h[0].GetString()}={h[1].GetString() ?? "null"}");
        return $"{record[0].GetInt64()} {record[1].GetInt64()} {record[4].GetString() ?? "null"} {record[5].GetString() ?? "null"} "
            + string.Join(',', headers);
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
