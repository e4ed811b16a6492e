using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using KafkaSharp.Http.Control;
using KafkaSharp.Http.Routing;
using KafkaSharp.Testing;
using KafkaSharp.Testing.Time;

namespace KafkaSharp.Http.Tests.Control;

/// <summary>Each route; every response is also held against the OpenAPI document.</summary>
internal sealed class ControlApiTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly DateTimeOffset s_start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TestClock _clock = null!;
    private KafkaTestBroker _kafka = null!;
    private ControlApi _api = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _clock = new TestClock(s_start);
        _kafka = await KafkaTestBroker.StartAsync(new() { Time = _clock, Topics = { { "orders", 2 } } });
        _api = new ControlApi(_kafka, _clock);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _api.Dispose();
        await _kafka.DisposeAsync();
    }

    [Test]
    public async Task Health_says_whether_it_runs()
    {
        var health = await CallAsync("GET", "/health");
        Assert.That(health.GetProperty("status").GetString(), Is.EqualTo("up"));
        Assert.That(health.GetProperty("bootstrapServers").GetString(), Is.EqualTo(_kafka.BootstrapServers));
        await _kafka.StopAsync();
        Assert.That((await CallAsync("GET", "/health", status: 503)).GetProperty("status").GetString(), Is.EqualTo("down"));
        Assert.That((await CallAsync("GET", "/topics", status: 503)).GetProperty("detail").GetString(), Does.Contain("did not respond"));
    }

    [Test]
    public async Task Records_are_appended_and_read_with_all_they_have()
    {
        var body = """
            { "records": [
              { "key": "a", "value": { "id": 1 }, "headers": { "h": "v", "n": null }, "partition": 1, "timestamp": "2029-02-03T04:05:06Z" },
              { "key": null, "valueBase64": "/w==", "headers": [{ "key": "h", "value": "1" }, { "key": "h", "valueBase64": "/w==" }],
                "partition": 0 },
              { "key": "a", "partition": 1, "timestamp": 1800000000000 }
            ] }
            """;
        var appended = await CallAsync("POST", "/topics/orders/records", body, 201);
        Assert.That(
            appended.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("offset").GetInt64()),
            Is.EqualTo(new[] { 0, 0, 1 }));
        var read = (await CallAsync("GET", "/topics/orders/records")).GetProperty("records").EnumerateArray().ToList();
        Assert.That(read[0].GetProperty("valueBase64").GetString(), Is.EqualTo("/w=="));
        Assert.That(read[0].GetProperty("key").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(read[0].GetProperty("timestamp").GetString(), Is.EqualTo("2030-01-01T00:00:00.000Z"));
        Assert.That(read[1].GetProperty("value").GetString(), Is.EqualTo("""{ "id": 1 }"""));
        Assert.That(read[1].GetProperty("timestamp").GetString(), Is.EqualTo("2029-02-03T04:05:06.000Z"));
        Assert.That(read[1].GetProperty("headers").GetRawText(), Is.EqualTo("""[{"key":"h","value":"v"},{"key":"n","value":null}]"""));
        Assert.That(read[2].GetProperty("value").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task Transactions_are_shown_and_their_producers_fenced()
    {
        using var producer = new ProducerBuilder<string, string>(
            new ProducerConfig { BootstrapServers = _kafka.BootstrapServers, TransactionalId = "shop" }).Build();
        producer.InitTransactions(s_patience);
        producer.BeginTransaction();
        await producer.ProduceAsync(new TopicPartition("orders", 1), new() { Value = "open" });

        var shown = (await CallAsync("GET", "/transactions")).GetProperty("transactions")[0];
        Assert.That(shown.GetProperty("state").GetString(), Is.EqualTo("Ongoing"));
        Assert.That(shown.GetProperty("partitions").GetRawText(), Is.EqualTo("""[{"topic":"orders","partition":1}]"""));
        var open = (await CallAsync("GET", "/topics/orders/open-transactions")).GetProperty("openTransactions")[0];
        Assert.That(open.GetProperty("transactionalId").GetString(), Is.EqualTo("shop"));
        await CallAsync("POST", "/transactions/shop/fence", status: 204);
        var ended = await CallAsync("GET", "/transactions/shop?ended=true");
        Assert.That(ended.GetProperty("started").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(() => producer.CommitTransaction(s_patience), Throws.InstanceOf<KafkaException>());
        await CallAsync("GET", "/transactions/none", status: 404);
        await CallAsync("GET", "/transactions/none?ended=true&timeout=0", status: 409);
    }

    [Test]
    public async Task A_response_has_no_more_records_than_asked_for()
    {
        await _kafka.Topics.AppendAsync("orders", Enumerable.Range(0, 10).Select(i => new TestRecord($"{i}") { Partition = 0 }));
        var read = await CallAsync("GET", "/topics/orders/records?limit=3&partition=0&fromOffset=4");
        Assert.That(read.GetProperty("isTruncated").GetBoolean(), Is.True);
        Assert.That(
            read.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("value").GetString()),
            Is.EqualTo(new[] { "4", "5", "6" }));
        Assert.That((await CallAsync("GET", "/topics/orders/records?partition=1")).GetProperty("records").GetArrayLength(), Is.Zero);
        Assert.That((await CallAsync("GET", "/topics/orders/records?limit=10")).GetProperty("isTruncated").GetBoolean(), Is.False);
        await CallAsync("GET", "/topics/orders/records?waitFor=10");
        var late = await CallAsync("GET", "/topics/orders/records?waitFor=11&timeout=20", status: 409);
        Assert.That(late.GetProperty("detail").GetString(), Does.Contain("10 records").And.Contain("11 were expected"));
    }

    [Test]
    public async Task Topics_are_created_listed_and_deleted()
    {
        await CallAsync("POST", "/topics", """{ "name": "new", "partitions": 3, "configs": { "retention.ms": 1000 } }""", 201);
        Assert.That((await CallAsync("GET", "/topics")).GetProperty("topics").GetRawText(), Is.EqualTo("""["new","orders"]"""));
        var again = await CallAsync("POST", "/topics", """{ "name": "new" }""", 409);
        Assert.That(again.GetProperty("error").GetString(), Is.EqualTo("TOPIC_ALREADY_EXISTS"));
        await CallAsync("POST", "/topics", """{ "name": "other", "configs": { "retention.msec": 1 } }""", 400);
        await CallAsync("DELETE", "/topics/new", status: 204);
        await CallAsync("DELETE", "/topics/new", status: 404);
    }

    [Test]
    public async Task A_fault_is_added_hits_and_is_removed()
    {
        var added = await CallAsync(
            "POST", "/faults", """{ "action": "hold", "api": "Produce", "topic": "orders" }""", 201);
        var id = added.GetProperty("faults")[0].GetProperty("id").GetInt32();
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _kafka.BootstrapServers }).Build();
        var sent = producer.ProduceAsync("orders", new() { Value = "1" });
        Assert.That((await CallAsync("GET", $"/faults/{id}?hits=1")).GetProperty("hits").GetInt32(), Is.EqualTo(1));
        Assert.That(sent.IsCompleted, Is.False);
        await CallAsync("POST", $"/faults/{id}/release?count=1");
        await sent.WaitAsync(s_patience);
        var late = await CallAsync("GET", $"/faults/{id}?hits=2&timeout=PT0.02S", status: 409);
        Assert.That(late.GetProperty("detail").GetString(), Does.Contain("2 were expected"));
        await CallAsync("DELETE", $"/faults/{id}", status: 204);
        Assert.That((await CallAsync("GET", "/faults")).GetProperty("faults").GetArrayLength(), Is.Zero);
        await CallAsync("DELETE", $"/faults/{id}", status: 404);
    }

    [Test]
    public async Task A_wrong_fault_is_refused_with_the_known_ones()
    {
        var refused = await CallAsync("POST", "/faults", """[{ "action": "explode" }]""", 400);
        Assert.That(refused.GetProperty("detail").GetString(), Does.Contain("explode").And.Contain("dropAfter"));
        Assert.That(_kafka.Faults.Active, Is.Empty);
        await CallAsync("POST", "/faults", """[{ "action": "hang" }, { "action": "fillDisk" }]""", 201);
        await CallAsync("DELETE", "/faults", status: 204);
        Assert.That(_kafka.Faults.Active, Is.Empty);
    }

    [Test]
    public async Task Time_moves_on_request()
    {
        await CallAsync("POST", "/time/advance", """{ "by": "P7D" }""");
        var now = await CallAsync("POST", "/time/advance", """{ "by": 1500 }""");
        Assert.That(now.GetProperty("now").GetDateTimeOffset(), Is.EqualTo(s_start.AddDays(7).AddSeconds(1.5)));
        Assert.That((await CallAsync("GET", "/time")).GetProperty("virtual").GetBoolean(), Is.True);
        await CallAsync("POST", "/time/advance", """{ "by": "soon" }""", 400);
        await CallAsync("POST", "/time/advance", """{ "by": -1 }""", 400);
        await CallAsync("POST", "/time/advance", """{ "by": "P9999999D" }""", 400);
        await CallAsync("POST", "/time/advance", "{}", 400);
        using var real = new ControlApi(_kafka, null);
        var refused = await real.HandleAsync(HttpRequest.Create("POST", "/time/advance", """{ "by": 1 }"""u8.ToArray()), default);
        Assert.That(refused.Status, Is.EqualTo(409));
    }

    [Test]
    public async Task Groups_are_shown_and_their_sessions_ended()
    {
        await _kafka.Topics.AppendAsync("orders", new TestRecord("1") { Partition = 0 });
        var config = new ConsumerConfig
        {
            BootstrapServers = _kafka.BootstrapServers,
            GroupId = "g",
            ClientId = "c",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
        };
        using var consumer = new ConsumerBuilder<string, string>(config).SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe("orders");
        consumer.Commit(consumer.Consume(s_patience));
        var group = await CallAsync("GET", "/groups/g?stableMembers=1&consumed=orders");
        Assert.That(group.GetProperty("state").GetString(), Is.EqualTo("Stable"));
        Assert.That(group.GetProperty("members")[0].GetProperty("assignment").GetArrayLength(), Is.EqualTo(2));
        Assert.That(group.GetProperty("offsets").GetRawText(), Is.EqualTo("""[{"topic":"orders","partition":0,"offset":1}]"""));
        Assert.That((await CallAsync("GET", "/groups")).GetProperty("groups").GetRawText(), Is.EqualTo("""["g"]"""));
        Assert.That((await CallAsync("POST", "/groups/g/expire-sessions?clientId=other")).GetProperty("expired").GetInt32(), Is.Zero);
        Assert.That((await CallAsync("POST", "/groups/g/expire-sessions")).GetProperty("expired").GetInt32(), Is.EqualTo(1));
        await CallAsync("GET", "/groups/g?stableMembers=7&timeout=20", status: 409);
        var explanation = (await CallAsync("GET", "/groups/g/explanation?topic=orders")).GetProperty("explanation").GetString();
        Assert.That(explanation, Does.Contain("Group g is"));
    }

    [Test]
    public async Task Requests_of_clients_are_shown_and_chosen()
    {
        using (var producer = new ProducerBuilder<string, string>(
            new ProducerConfig { BootstrapServers = _kafka.BootstrapServers, ClientId = "me" }).Build())
            await producer.ProduceAsync("orders", new() { Value = "1" }).WaitAsync(s_patience);
        var produced = await CallAsync("GET", "/requests?api=produce&topic=orders&clientId=me");
        Assert.That(produced.GetProperty("requests").GetArrayLength(), Is.EqualTo(1));
        Assert.That((await CallAsync("GET", "/requests?clientId=you")).GetProperty("requests").GetArrayLength(), Is.Zero);
        Assert.That((await CallAsync("GET", "/requests?limit=1")).GetProperty("isTruncated").GetBoolean(), Is.True);
        Assert.That((await CallAsync("GET", "/requests?api=Cook", status: 400)).GetProperty("detail").GetString(), Does.Contain("Produce"));
        await CallAsync("DELETE", "/requests", status: 204);
        Assert.That((await CallAsync("GET", "/requests")).GetProperty("requests").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task The_broker_is_restarted_reset_and_saved()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"kafkasharp-saved-{Guid.NewGuid():N}");
        try
        {
            await _kafka.Topics.AppendAsync("orders", new TestRecord("1"));
            await CallAsync("POST", "/restart", status: 204);
            await CallAsync("POST", "/crash", status: 204);
            Assert.That(await _kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(1));
            await CallAsync("POST", "/save", JsonSerializer.Serialize(new { folder }), 204);
            Assert.That(Directory.Exists(Path.Combine(folder, "orders-0")), Is.True);
            await CallAsync("POST", "/save", JsonSerializer.Serialize(new { folder }), 409);
            await CallAsync("POST", "/save", "{}", 400);
            await CallAsync("POST", "/reset", status: 204);
            Assert.That(await _kafka.Topics.ReadAsync("orders"), Is.Empty);
            await CallAsync("POST", "/connections/close", status: 204);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("POST", "/topics", """{ "nam": "t" }""", "Known: name, partitions, configs")]
    [TestCase("POST", "/topics", "{ name }", "not JSON")]
    [TestCase("POST", "/topics", "[]", "object")]
    [TestCase("POST", "/topics", """{ "name": "t", "partitions": "3" }""", "whole number")]
    [TestCase("POST", "/topics/orders/records", """{ "records": [{ "value": "1", "valueBase64": "MQ==" }] }""", "not both")]
    [TestCase("POST", "/topics/orders/records", """{ "records": [] }""", "at least one")]
    [TestCase("POST", "/topics/orders/records", """{ "records": [{ "keyBase64": "?" }] }""", "base64")]
    [TestCase("POST", "/topics/orders/records", """{ "records": [{ "value": "1", "partition": 9 }] }""", "orders-9")]
    [TestCase("GET", "/topics/orders/records?limits=1", "", "Known: partition")]
    [TestCase("GET", "/topics/orders/records?limit=x", "", "whole number")]
    [TestCase("GET", "/topics/orders/records?waitFor=1&timeout=P1D", "", "PT5M")]
    public async Task A_wrong_request_gets_a_sentence(string method, string target, string body, string text)
    {
        var response = await _api.HandleAsync(HttpRequest.Create(method, target, Encoding.UTF8.GetBytes(body)), default);
        Assert.That(response.Status, Is.EqualTo(400).Or.EqualTo(404));
        Assert.That(JsonDocument.Parse(response.Body).RootElement.GetProperty("detail").GetString(), Does.Contain(text));
    }

    [Test]
    public async Task The_document_is_served() =>
        Assert.That((await CallAsync("GET", "/openapi.json")).GetProperty("openapi").GetString(), Does.StartWith("3.1"));

    private async Task<JsonElement> CallAsync(string method, string target, string body = "", int status = 200)
    {
        var request = HttpRequest.Create(method, target, Encoding.UTF8.GetBytes(body));
        var response = await _api.HandleAsync(request, default).WaitAsync(s_patience);
        var text = Encoding.UTF8.GetString(response.Body.Span);
        Assert.That(response.Status, Is.EqualTo(status), text);
        var route = _api.Routes.Single(route => route.Method == method && route.Match(request.Path.Split('/')) is not null);
        Assert.That(OpenApi.FaultsOf(route, response), Is.Empty, text);
        return response.Body.IsEmpty ? default : JsonDocument.Parse(response.Body).RootElement;
    }
}
