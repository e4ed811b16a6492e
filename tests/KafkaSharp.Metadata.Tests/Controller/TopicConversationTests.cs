using System.Text.Json;
using KafkaSharp.Metadata.Controller.Replication;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Metadata.Tests.Controller;

/// <summary>The responses of a genuine broker to an admin client that created, grew and deleted topics, well and badly.</summary>
internal sealed class TopicConversationTests
{
    [Test]
    public void Topics_are_created_grown_and_deleted_with_the_responses_of_a_genuine_broker()
    {
        var harness = new ControllerHarness();
        harness.StartBroker(1);
        // Ids are random: those of the recorded topics stand for ours.
        var ids = new Dictionary<Uuid, Uuid>();
        var compared = 0;
        foreach (var (request, response) in Exchanges(
            "conversations/admin-topics.jsonl.gz", "CreateTopics", "CreatePartitions", "DeleteTopics"))
        {
            var version = request.GetProperty("version").GetInt16();
            switch (request.GetProperty("api").GetString())
            {
                case "CreateTopics":
                    var created = Read<CreateTopicsResponse>(response, version);
                    // segment.bytes and no.such.config are for the broker's own validator.
                    if (created.Topics[0].Name is "c3" or "c4")
                        continue;
                    var mine = harness.Run(harness.Managers.TopicCreation.Create(Read<CreateTopicsRequest>(request, version)));
                    Assert.That(mine.Topics.Select(Text), Is.EqualTo(created.Topics.Select(Text)));
                    foreach (var (theirs, ours) in created.Topics.Zip(mine.Topics).Where(pair => pair.First.ErrorCode == ErrorCode.None))
                        ids[theirs.TopicId] = ours.TopicId;
                    break;
                case "CreatePartitions":
                    var grown = harness.Run(harness.Managers.PartitionCreation.Create(Read<CreatePartitionsRequest>(request, version)));
                    Assert.That(grown.Results.Select(Text), Is.EqualTo(
                        Read<CreatePartitionsResponse>(response, version).Results.Select(Text)));
                    break;
                default:
                    var wanted = Read<DeleteTopicsRequest>(request, version);
                    foreach (var topic in wanted.Topics.Where(topic => !topic.TopicId.IsZero))
                        topic.TopicId = ids[topic.TopicId];
                    var expected = Read<DeleteTopicsResponse>(response, version);
                    foreach (var topic in expected.Responses.Where(topic => !topic.TopicId.IsZero))
                        topic.TopicId = ids[topic.TopicId];
                    var deleted = harness.Run(harness.Managers.TopicDeletion.Delete(wanted));
                    Assert.That(deleted.Responses.Select(Text), Is.EqualTo(expected.Responses.Select(Text)));
                    break;
            }
            compared++;
        }
        Assert.That(compared, Is.GreaterThan(25));
        Assert.That(harness.Image.Topics.Topic("t2"), Is.Null);
        Assert.That(harness.Image.Configs.TopicConfigs("t2"), Is.Empty, "a deleted topic leaves no configurations");
    }

    [Test]
    public void Configs_are_altered_with_the_responses_of_a_genuine_broker()
    {
        var harness = new ControllerHarness();
        harness.StartBroker(1);
        harness.CreateTopic("cfg", 1, 1, ("retention.ms", "1000000"));
        var compared = 0;
        foreach (var (request, response) in Exchanges("conversations/admin-configs.jsonl.gz", "IncrementalAlterConfigs"))
        {
            var version = request.GetProperty("version").GetInt16();
            var wanted = Read<IncrementalAlterConfigsRequest>(request, version);
            // The rest is judged by the broker's own validator.
            if (wanted.Resources[0].ResourceType != 2
                || wanted.Resources[0].Configs[0] is { Value: "none" or "brotli" } or { Name: "remote.storage.enable" })
                continue;
            var mine = harness.Run(harness.Managers.Configurations.Alter(wanted));
            Assert.That(mine.Responses.Select(Text), Is.EqualTo(
                Read<IncrementalAlterConfigsResponse>(response, version).Responses.Select(Text)));
            compared++;
        }
        Assert.That(compared, Is.GreaterThanOrEqualTo(7));
        Assert.That(harness.Image.Configs.TopicConfigs("cfg"), Is.EqualTo(
            new Dictionary<string, string> { ["cleanup.policy"] = "compact" }));
    }

    [Test]
    public void Features_are_updated_with_the_responses_of_a_genuine_broker()
    {
        var harness = new ControllerHarness();
        harness.StartBroker(1);
        foreach (var (request, response) in Exchanges("conversations/admin-cluster.jsonl.gz", "UpdateFeatures"))
        {
            var version = request.GetProperty("version").GetInt16();
            var mine = harness.Run(harness.Managers.Features.Update(Read<UpdateFeaturesRequest>(request, version)));
            var theirs = Read<UpdateFeaturesResponse>(response, version);
            Assert.That((mine.ErrorCode, mine.ErrorMessage), Is.EqualTo((theirs.ErrorCode, theirs.ErrorMessage)));
        }
    }

    [Test]
    public void Reassignments_and_elections_have_the_responses_of_a_genuine_broker()
    {
        var harness = new ControllerHarness();
        harness.StartBroker(1);
        harness.CreateTopic("data", 2);
        var compared = 0;
        foreach (var (request, response) in Exchanges("conversations/admin-data.jsonl.gz", "AlterPartitionReassignments", "ElectLeaders"))
        {
            var version = request.GetProperty("version").GetInt16();
            if (request.GetProperty("api").GetString() == "ElectLeaders")
            {
                var wanted = Read<ElectLeadersRequest>(request, version);
                if (wanted.TopicPartitions is null)
                    continue;
                var elected = harness.Run(harness.Managers.Elections.Elect(wanted)).ReplicaElectionResults.SelectMany(
                    topic => topic.PartitionResult);
                var theirs = Read<ElectLeadersResponse>(response, version).ReplicaElectionResults.SelectMany(
                    topic => topic.PartitionResult);
                Assert.That(elected.Select(p => (p.PartitionId, p.ErrorCode, p.ErrorMessage)), Is.EqualTo(
                    theirs.Select(p => (p.PartitionId, p.ErrorCode, p.ErrorMessage))));
            }
            else
            {
                var altered = harness.Run(harness.Managers.Reassignments.Alter(Read<AlterPartitionReassignmentsRequest>(request, version)));
                var theirs = Read<AlterPartitionReassignmentsResponse>(response, version);
                Assert.That(
                    altered.Responses.SelectMany(t => t.Partitions).Select(p => (p.PartitionIndex, p.ErrorCode, p.ErrorMessage)),
                    Is.EqualTo(theirs.Responses.SelectMany(t => t.Partitions)
                        .Select(p => (p.PartitionIndex, p.ErrorCode, p.ErrorMessage))));
            }
            compared++;
        }
        Assert.That(compared, Is.GreaterThan(6));
    }

    [Test]
    public void Quotas_are_altered_with_the_responses_of_a_genuine_broker()
    {
        var harness = new ControllerHarness();
        harness.StartBroker(1);
        var compared = 0;
        foreach (var (request, response) in Exchanges("conversations/admin-scram-quotas.jsonl.gz", "AlterClientQuotas"))
        {
            var version = request.GetProperty("version").GetInt16();
            var mine = harness.Run(harness.Managers.Quotas.Alter(Read<AlterClientQuotasRequest>(request, version)));
            var theirs = Read<AlterClientQuotasResponse>(response, version);
            Assert.That(
                mine.Entries.Select(e => (e.ErrorCode, e.ErrorMessage)),
                Is.EqualTo(theirs.Entries.Select(e => (e.ErrorCode, e.ErrorMessage))), request.GetProperty("json").GetRawText());
            compared++;
        }
        Assert.That(compared, Is.GreaterThan(3));
    }

    private static string Text(CreateTopicsResponse.CreatableTopicResult topic) =>
        $"{topic.Name} {topic.ErrorCode} {topic.ErrorMessage ?? "null"} {topic.NumPartitions} {topic.ReplicationFactor} " +
        $"{topic.TopicConfigErrorCode}";

    private static string Text(CreatePartitionsResponse.CreatePartitionsTopicResult topic) =>
        $"{topic.Name} {topic.ErrorCode} {topic.ErrorMessage ?? "null"}";

    private static string Text(DeleteTopicsResponse.DeletableTopicResult topic) =>
        $"{topic.Name} {topic.TopicId} {topic.ErrorCode} {topic.ErrorMessage ?? "null"}";

    private static string Text(IncrementalAlterConfigsResponse.AlterConfigsResourceResponse r) =>
        $"{r.ResourceType} {r.ResourceName} {r.ErrorCode} {r.ErrorMessage ?? "null"}";

    private static T Read<T>(JsonElement frame, short version)
        where T : class, IMessage<T>
    {
        var reader = new KafkaReader(Convert.FromHexString(frame.GetProperty("hex").GetString()!));
        var header = frame.GetProperty("headerVersion").GetInt16();
        if (frame.GetProperty("dir").GetString() == "request")
            RequestHeader.Read(ref reader, header);
        else
            ResponseHeader.Read(ref reader, header);
        return T.Read(ref reader, version);
    }

    private static IEnumerable<(JsonElement Request, JsonElement Response)> Exchanges(string file, params string[] apis)
    {
        var open = new Dictionary<(int Connection, int Correlation), JsonElement>();
        foreach (var line in Vectors.Lines(file))
        {
            var frame = JsonDocument.Parse(line).RootElement;
            if (!frame.TryGetProperty("api", out var api) || frame.GetProperty("listener").GetString() != "PLAINTEXT"
                || !apis.Contains(api.GetString()))
                continue;
            var key = (frame.GetProperty("conn").GetInt32(), frame.GetProperty("correlationId").GetInt32());
            if (frame.GetProperty("dir").GetString() == "request")
                open[key] = frame;
            else if (open.Remove(key, out var request))
                yield return (request, frame);
        }
    }
}
