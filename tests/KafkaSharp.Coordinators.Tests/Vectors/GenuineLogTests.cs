using System.IO.Compression;
using System.Text.Json;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Coordinators.Tests.Vectors;

/// <summary>Loads __consumer_offsets as a genuine 4.3.1 broker wrote it: groups and offsets are what its admin client received.</summary>
internal sealed class GenuineLogTests
{
    [TestCase("stage1-uncleaned", false)]
    [TestCase("stage2-killed", true)]
    [TestCase("stage3-recovered", true)]
    public async Task Groups_and_offsets_are_those_the_genuine_broker_reported(string stage, bool groupsWereEmpty)
    {
        await using var harness = Load(stage);
        var expected = State(stage);
        var listed = (await harness.Coordinator.Administration.ListGroupsAsync(
            GroupHarness.Context(5), new ListGroupsRequest { StatesFilter = [], TypesFilter = [] }))
            .Groups.ToDictionary(group => group.GroupId);
        Assert.That(listed.Keys, Is.EquivalentTo(expected.EnumerateObject().Select(group => group.Name)));
        foreach (var group in expected.EnumerateObject())
        {
            var type = group.Value.GetProperty("type").GetString()!;
            Assert.That(listed[group.Name].GroupType, Is.EqualTo(type.ToLowerInvariant()), group.Name);
            Assert.That(listed[group.Name].ProtocolType, Is.EqualTo(group.Value.GetProperty("protocol").GetString()), group.Name);
            // In the first stage the broker was queried while the group had members that left before it stopped.
            if (groupsWereEmpty)
                Assert.That(listed[group.Name].GroupState, Is.EqualTo(group.Value.GetProperty("state").GetString()), group.Name);
            if (type != "Share")
                Assert.That(await OffsetsOf(harness, group.Name), Is.EquivalentTo(Offsets(group.Value)), group.Name);
        }
    }

    [TestCase("stage1-uncleaned")]
    [TestCase("stage3-recovered")]
    public async Task Every_record_we_make_of_what_was_read_is_the_genuine_record(string stage)
    {
        await using var harness = Load(stage);
        var written = 0;
        for (var partition = 0; partition < 2; partition++)
        {
            foreach (var entry in harness.Storage.Entries(partition).Where(e => e.EndTransaction is null))
            {
                if (RecordOf(entry) is not { } record)
                    continue;
                var key = new System.Buffers.ArrayBufferWriter<byte>();
                record.WriteKey(key);
                Assert.That(key.WrittenSpan.ToArray(), Is.EqualTo(entry.Key));
                var value = new System.Buffers.ArrayBufferWriter<byte>();
                Assert.That(record.WriteValue(value), Is.EqualTo(entry.Value is not null));
                written++;
                if (entry.Value is null)
                    continue;
                Assert.That(Convert.ToHexString(value.WrittenSpan), Is.EqualTo(Convert.ToHexString(entry.Value)));
            }
        }
        Assert.That(written, Is.GreaterThan(15));
    }

    [Test]
    public async Task A_static_member_found_in_the_log_goes_on_where_it_was()
    {
        await using var harness = Load("stage1-uncleaned", entriesOfPartition: 2);
        var group = await harness.Describe("classic-static");
        Assert.That(group.GroupState, Is.EqualTo("Stable"));
        Assert.That(group.Members, Has.Count.EqualTo(1));
        var member = group.Members[0];
        var heartbeat = await harness.Coordinator.Classic.HeartbeatAsync(GroupHarness.Context(4), new HeartbeatRequest
        {
            GroupId = "classic-static",
            MemberId = member.MemberId,
            GroupInstanceId = member.GroupInstanceId,
            GenerationId = 1,
        });
        Assert.That(heartbeat.ErrorCode, Is.EqualTo(KafkaSharp.Protocol.ErrorCode.None));
    }

    private static Records.GroupRecord? RecordOf(MemoryCoordinatorStorage.Entry entry)
    {
        var key = new KafkaSharp.Protocol.KafkaReader(entry.Key);
        switch (key.ReadInt16())
        {
            case 1:
                var commit = OffsetCommitKey.Read(ref key, 0);
                OffsetCommitValue? value = null;
                if (entry.Value is not null)
                {
                    var reader = new KafkaSharp.Protocol.KafkaReader(entry.Value);
                    value = OffsetCommitValue.Read(ref reader, reader.ReadInt16());
                }
                return new Records.OffsetCommitRecord(commit.Group, commit.Topic, commit.Partition, value);
            case 2:
                var group = GroupMetadataKey.Read(ref key, 0).Group;
                if (entry.Value is null)
                    return new Records.GroupMetadataRecord(group, null);
                var metadata = new KafkaSharp.Protocol.KafkaReader(entry.Value);
                return new Records.GroupMetadataRecord(group, GroupMetadataValue.Read(ref metadata, metadata.ReadInt16()));
            default:
                return null;
        }
    }

    internal static GroupHarness Load(string stage, int entriesOfPartition = int.MaxValue)
    {
        var harness = new GroupHarness(partitions: 2);
        for (var partition = 0; partition < 2; partition++)
            harness.Coordinator.OnResignation(partition, 0);
        foreach (var line in TestInfrastructure.Vectors.Lines($"log-dirs/{stage}.files.jsonl.gz"))
        {
            var file = JsonDocument.Parse(line).RootElement;
            var name = file.GetProperty("file").GetString()!;
            if (!name.Contains("/__consumer_offsets-", StringComparison.Ordinal) || !name.EndsWith(".log", StringComparison.Ordinal))
                continue;
            var partition = int.Parse(name.Split("__consumer_offsets-")[1].Split('/')[0]);
            foreach (var batch in file.GetProperty("batches").EnumerateArray())
                Add(harness.Storage.Entries(partition), batch);
            var entries = harness.Storage.Entries(partition);
            entries.RemoveRange(Math.Min(entriesOfPartition, entries.Count), Math.Max(0, entries.Count - entriesOfPartition));
        }
        for (var partition = 0; partition < 2; partition++)
            harness.Coordinator.OnElection(partition, 1);
        return harness;
    }

    private static void Add(List<MemoryCoordinatorStorage.Entry> entries, JsonElement batch)
    {
        var producerId = batch.GetProperty("isTransactional").GetBoolean() ? batch.GetProperty("producerId").GetInt64() : -1;
        foreach (var record in batch.GetProperty("records").EnumerateArray())
        {
            var key = Convert.FromHexString(record.GetProperty("key").GetString()!);
            var value = record.GetProperty("value").GetString();
            bool? end = batch.GetProperty("isControlBatch").GetBoolean() ? key[3] == 1 : null;
            entries.Add(new MemoryCoordinatorStorage.Entry(key, value is null ? null : Convert.FromHexString(value), producerId, end));
        }
    }

    private static JsonElement State(string stage)
    {
        using var stream = new GZipStream(
            File.OpenRead(TestInfrastructure.Vectors.Find($"log-dirs/{stage}.consumer.json.gz")), CompressionMode.Decompress);
        return JsonDocument.Parse(stream).RootElement.GetProperty("state").GetProperty("groups");
    }

    private static IEnumerable<(string, long, string, int)> Offsets(JsonElement group) =>
        group.GetProperty("offsets").EnumerateObject().Select(offset => (
        offset.Name,
        offset.Value.GetProperty("offset").GetInt64(),
        offset.Value.GetProperty("metadata").GetString()!,
        offset.Value.TryGetProperty("leaderEpoch", out var epoch) ? epoch.GetInt32() : -1));

    private static async Task<IEnumerable<(string, long, string, int)>> OffsetsOf(GroupHarness harness, string group)
    {
        var response = await harness.Coordinator.Offsets.FetchAsync(GroupHarness.Context(9), new OffsetFetchRequest
        {
            Groups = [new() { GroupId = group, Topics = null }],
        });
        return response.Groups[0].Topics.SelectMany(topic => topic.Partitions.Select(partition =>
            ($"{topic.Name}-{partition.PartitionIndex}", partition.CommittedOffset, partition.Metadata!, partition.CommittedLeaderEpoch)));
    }
}
