using KafkaSharp.Broker.Hosting;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>
/// Brokers formatted with each level of <c>metadata.version</c> that Kafka 4.3.1 knows. <c>eng/compare-tools</c> compares what the tools of
/// Kafka show of them.
/// </summary>
internal sealed class ReleaseLevelTests
{
    private const short Oldest = 7;
    private const short Newest = 30;

    private static readonly (string, string)[] s_overrides = [("controller.quorum.voters", "1@127.0.0.1:9093")];

    [Test]
    public async Task A_broker_starts_serves_and_is_upgraded_from([Range(Oldest, Newest)] short level)
    {
        var files = new MemoryFileSystem(TimeProvider.System, 1L << 30);
        var formatter = new StorageFormatter(TestBroker.Configuration(s_overrides), files, TimeProvider.System, new Random(level))
        {
            ClusterId = "AbCdEfGhIjKlMnOpQrStUg",
            Features = level < Newest ? [$"metadata.version={level}"] : [],
        };
        formatter.Run(_ => { });

        await using (var broker = await TestBroker.StartAsync(files, s_overrides))
        {
            using var client = await broker.ConnectAsync();
            Assert.That(await FinalizedAsync(client), Is.EqualTo(level));
            Assert.That(await CreateTopicAsync(client, "before"), Is.EqualTo(ErrorCode.None));
            Assert.That(await UpdateAsync(client, Newest, upgradeType: 1), Is.EqualTo(ErrorCode.None));
            Assert.That(await FinalizedAsync(client), Is.EqualTo(Newest));
            Assert.That(await UpdateAsync(client, Oldest, upgradeType: 2), Is.EqualTo(ErrorCode.InvalidUpdateVersion));
        }

        await using var again = await TestBroker.StartAsync(files, s_overrides);
        using var later = await again.ConnectAsync();
        Assert.That(await FinalizedAsync(later), Is.EqualTo(Newest));
        Assert.That(await CreateTopicAsync(later, "before"), Is.EqualTo(ErrorCode.TopicAlreadyExists));
    }

    private static async Task<short> FinalizedAsync(RawClient client)
    {
        var request = new ApiVersionsRequest { ClientSoftwareName = "test", ClientSoftwareVersion = "1" };
        var response = await client.SendAsync<ApiVersionsRequest, ApiVersionsResponse>(request, 4);
        return response.FinalizedFeatures.Single(feature => feature.Name == FeatureNames.MetadataVersion).MaxVersionLevel;
    }

    private static async Task<ErrorCode> CreateTopicAsync(RawClient client, string name)
    {
        var request = new CreateTopicsRequest
        {
            TimeoutMs = 30_000, Topics = [new() { Name = name, NumPartitions = 1, ReplicationFactor = 1 }],
        };
        return (await client.SendAsync<CreateTopicsRequest, CreateTopicsResponse>(request, 7)).Topics.Single().ErrorCode;
    }

    private static async Task<ErrorCode> UpdateAsync(RawClient client, short level, sbyte upgradeType)
    {
        var request = new UpdateFeaturesRequest
        {
            TimeoutMs = 30_000,
            FeatureUpdates = [new() { Feature = FeatureNames.MetadataVersion, MaxVersionLevel = level, UpgradeType = upgradeType }],
        };
        return (await client.SendAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(request, 2)).ErrorCode;
    }
}
