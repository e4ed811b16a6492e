using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>When the coordinators of a broker begin.</summary>
public sealed class CoordinatorStartTests
{
    /// <summary>
    /// The metadata that a broker replays at its start name it as the leader of an earlier epoch. A coordinator that began with them would
    /// write the markers of transactions with that epoch.
    /// </summary>
    [TestCase((sbyte)0, "__consumer_offsets")]
    [TestCase((sbyte)1, "__transaction_state")]
    public async Task A_coordinator_begins_in_the_epoch_of_this_start(sbyte keyType, string topic)
    {
        var files = new MemoryFileSystem(TimeProvider.System, 1L << 30);
        // As after kill -9: the metadata name the broker as the leader until it registers again.
        await using (var first = await TestBroker.StartAsync(files, [("controlled.shutdown.enable", "false")]))
            await FindCoordinatorAsync(first, keyType);
        await using var second = await TestBroker.StartAsync(files);
        await FindCoordinatorAsync(second, keyType);
        var epoch = second.Broker.Metadata.Topics.Partition(topic, 0)!.LeaderEpoch;
        Assert.That(epoch, Is.GreaterThan(0));
        await Eventually.True(() => Loads(second, topic).Any(), "the coordinator loads the partition");
        Assert.That(Loads(second, topic), Is.EqualTo(new[] { $"Loading {topic}-0 with leader epoch {epoch}." }));
    }

    private static IEnumerable<string> Loads(TestBroker broker, string topic) =>
        broker.Log.Lines.Where(line => line.StartsWith($"Loading {topic}-0 with", StringComparison.Ordinal));

    private static async Task FindCoordinatorAsync(TestBroker broker, sbyte keyType)
    {
        using var client = await broker.ConnectAsync();
        var response = await client.SendAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { KeyType = keyType, CoordinatorKeys = ["x"] }, 4);
        Assert.That(response.Coordinators[0].ErrorCode, Is.EqualTo(ErrorCode.None));
    }
}
