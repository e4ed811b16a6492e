using Confluent.Kafka;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Testing.Faults;
using KafkaSharp.TestInfrastructure;
using static KafkaSharp.Testing.Tests.Clients;

namespace KafkaSharp.Testing.Tests.Faults;

/// <summary>Faults below the requests: connections and the disk.</summary>
internal sealed class ConnectionFaultTests
{
    private KafkaTestBroker _kafka = null!;

    [SetUp]
    public async Task StartAsync() => _kafka = await KafkaTestBroker.StartAsync(new() { Topics = { "orders" } });

    [TearDown]
    public async Task StopAsync() => await _kafka.DisposeAsync();

    [Test]
    public async Task A_torn_response_is_repeated_by_the_client()
    {
        using var fault = _kafka.Faults.Add(new Fault(FaultAction.TearResponse(9)) { Api = ApiKey.Produce, Count = 1 });
        using var producer = Producer(_kafka, config => config.EnableIdempotence = false);
        await producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience);
        Assert.That(fault.Hits, Is.EqualTo(1));
        // The record was written both times.
        Assert.That(await _kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_torn_response_is_no_more_than_its_first_bytes()
    {
        using var fault = _kafka.Faults.Add(new Fault(FaultAction.TearResponse(6)));
        using var client = await RawClient.ConnectAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, _kafka.Port));
        await client.SendFrameAsync(RawClient.Request(new Protocol.Messages.ApiVersionsRequest(), 0));
        var received = new byte[100];
        var count = 0;
        for (int last; (last = await client.Socket.ReceiveAsync(received.AsMemory(count))) > 0;)
            count += last;
        Assert.That(count, Is.EqualTo(6));
    }

    [Test]
    public async Task A_throttled_client_learns_for_how_long()
    {
        using var fault = _kafka.Faults.Add(new Fault(FaultAction.Throttle(TimeSpan.FromMilliseconds(70))) { Api = ApiKey.Metadata });
        using var client = await RawClient.ConnectAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, _kafka.Port));
        var response = await client.SendAsync<Protocol.Messages.MetadataRequest, Protocol.Messages.MetadataResponse>(new(), 12);
        Assert.That(response.ThrottleTimeMs, Is.EqualTo(70));
    }

    [Test]
    public async Task Refused_connections_do_not_hinder_the_test_itself()
    {
        using var refused = _kafka.Connections.Refuse();
        using var producer = Producer(_kafka, config => config.MessageTimeoutMs = 300);
        var failure = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience));
        Assert.That(failure!.Error.Code, Is.EqualTo(Confluent.Kafka.ErrorCode.Local_MsgTimedOut));
        _kafka.Connections.CloseAll();
        await _kafka.RestartAsync();
        await _kafka.Topics.AppendAsync("orders", new TestRecord("own"));
        refused.Dispose();
        await producer.ProduceAsync("orders", Message("2")).WaitAsync(Patience);
        Assert.That(await _kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_client_gets_through_after_two_refused_connections()
    {
        using var refused = _kafka.Faults.Add(new Fault(FaultAction.RefuseConnections()) { Count = 2 });
        using var producer = Producer(_kafka);
        await producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience);
        Assert.That(refused.Hits, Is.EqualTo(2));
    }

    [Test]
    public void A_fault_of_connections_of_one_topic_is_refused() => Assert.That(
        () => _kafka.Faults.Add(new Fault(FaultAction.RefuseConnections()) { Topic = "orders" }), Throws.ArgumentException);

    [Test]
    public async Task Clients_connect_again_after_their_connections_are_closed()
    {
        // The second record may be written although its first response is lost: it is sent again.
        using var producer = Producer(_kafka, config => config.EnableIdempotence = true);
        await producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience);
        Assert.That(_kafka.Connections.Count, Is.GreaterThan(0));
        _kafka.Connections.CloseAll();
        await producer.ProduceAsync("orders", Message("2")).WaitAsync(Patience);
        Assert.That(await _kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Slow_responses_arrive_whole()
    {
        using var producer = Producer(_kafka);
        using (_kafka.Connections.Slow(TimeSpan.FromMilliseconds(1), bytes: 20))
            await producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience);
        Assert.That(await _kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_broker_with_a_full_disk_refuses_records_and_goes_on_when_there_is_space()
    {
        using var producer = Producer(_kafka, config => config.MessageTimeoutMs = 500);
        await producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience);
        var full = _kafka.Disk.Fill();
        await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync("orders", Message("2")).WaitAsync(Patience));
        Assert.That(full.Hits, Is.GreaterThan(0));
        Assert.That(_kafka.IsRunning);
        full.Dispose();
        await producer.ProduceAsync("orders", Message("3")).WaitAsync(Patience);
        Assert.That((await _kafka.Topics.ReadAsync("orders")).Select(record => record.ValueText), Is.EqualTo(new[] { "1", "3" }));
    }

    [Test]
    public async Task A_broker_whose_disk_fails_under_one_topic_stops_and_keeps_what_was_acknowledged()
    {
        await _kafka.Topics.CreateAsync("broken");
        using var producer = Producer(_kafka, config => config.MessageTimeoutMs = 500);
        await producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience);
        var failing = _kafka.Disk.Fail(FileOperation.Write, "broken");
        await producer.ProduceAsync("orders", Message("2")).WaitAsync(Patience);
        await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync("broken", Message("3")).WaitAsync(Patience));
        await Eventually.True(() => !_kafka.IsRunning, "the broker stops");
        Assert.That(failing.Hits, Is.GreaterThan(0));
        failing.Dispose();
        await _kafka.StartAgainAsync();
        Assert.That((await _kafka.Topics.ReadAsync("orders")).Select(record => record.ValueText), Is.EqualTo(new[] { "1", "2" }));
        Assert.That(await _kafka.Topics.ReadAsync("broken"), Is.Empty);
    }

    [TestCase(true, false, true)]
    [TestCase(true, true, false)]
    [TestCase(false, false, false)]
    public async Task A_machine_that_loses_its_power_keeps_what_was_flushed(bool flushes, bool lies, bool keeps)
    {
        await _kafka.Topics.CreateAsync(
            "flushed", configs: new Dictionary<string, string> { ["flush.messages"] = flushes ? "1" : $"{long.MaxValue}" });
        using (var producer = Producer(_kafka))
        {
            using var fault = lies ? _kafka.Faults.Add(new Fault(FaultAction.LoseFlushes()) { Topic = "flushed" }) : null;
            await producer.ProduceAsync("flushed", Message("acknowledged")).WaitAsync(Patience);
            Assert.That(fault is null || fault.Hits > 0);
            await _kafka.CrashAsync();
        }
        await _kafka.StartAgainAsync();
        Assert.That(await _kafka.Topics.ReadAsync("flushed"), Has.Count.EqualTo(keeps ? 1 : 0));
        await _kafka.Topics.AppendAsync("flushed", new TestRecord("later"));
        Assert.That((await _kafka.Topics.ReadAsync("flushed"))[^1].ValueText, Is.EqualTo("later"));
    }

    [Test]
    public async Task What_was_there_before_an_orderly_restart_survives_a_crash()
    {
        await _kafka.Topics.AppendAsync("orders", new TestRecord("1"));
        await _kafka.RestartAsync();
        await _kafka.Topics.AppendAsync("orders", new TestRecord("2"));
        await _kafka.CrashAsync();
        await _kafka.StartAgainAsync();
        Assert.That((await _kafka.Topics.ReadAsync("orders")).Select(record => record.ValueText), Is.EqualTo(new[] { "1" }));
    }
}
