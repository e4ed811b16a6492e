using System.Net;
using System.Net.Sockets;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>The dynamic <c>listeners</c> of a broker, as Kafka's <c>DynamicListenerConfig</c> treats them.</summary>
internal sealed class ListenersPublisherTests
{
    private const string Own = "PLAINTEXT://127.0.0.1:0";
    private const string WithExtra = Own + ",EXTRA://127.0.0.1:0";

    private static readonly (string, string) s_protocols = ("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,EXTRA:PLAINTEXT");

    [Test]
    public async Task A_new_listener_is_opened_and_closed_again_with_its_connections()
    {
        await using var broker = await TestBroker.StartAsync(s_protocols);
        using var client = await broker.ConnectAsync();
        var before = broker.EndPoint;

        await SetListenersAsync(client, WithExtra);
        await Eventually.True(() => broker.Broker.EndPoints.ContainsKey("EXTRA"), "the new listener is open");
        using var extra = await RawClient.ConnectAsync(broker.Broker.EndPoints["EXTRA"]);
        Assert.That((await ApiVersionsAsync(extra)).ErrorCode, Is.EqualTo(ErrorCode.None));

        await SetListenersAsync(client, null);
        await Eventually.True(() => !broker.Broker.EndPoints.ContainsKey("EXTRA"), "the listener is closed");
        Assert.That(async () => await ApiVersionsAsync(extra), Throws.InstanceOf<IOException>().Or.InstanceOf<SocketException>());
        Assert.That((broker.EndPoint, (await ApiVersionsAsync(client)).ErrorCode), Is.EqualTo((before, ErrorCode.None)));
    }

    [Test]
    public async Task A_listener_of_the_same_name_stays_where_it_is()
    {
        await using var broker = await TestBroker.StartAsync(s_protocols);
        using var client = await broker.ConnectAsync();
        var before = broker.EndPoint;

        await SetListenersAsync(client, "PLAINTEXT://127.0.0.1:1,EXTRA://127.0.0.1:0");
        await Eventually.True(() => broker.Broker.EndPoints.ContainsKey("EXTRA"), "the new listener is open");

        Assert.That(broker.EndPoint, Is.EqualTo(before));
    }

    [Test]
    public async Task A_listener_that_cannot_be_opened_is_logged_and_the_others_serve()
    {
        await using var broker = await TestBroker.StartAsync(s_protocols);
        using var client = await broker.ConnectAsync();
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();

        await SetListenersAsync(client, $"{Own},EXTRA://{taken.LocalEndPoint}");
        const string Message = "The listener EXTRA could not be opened: Socket server failed to bind";
        await Eventually.True(() => broker.Log.Lines.Any(line => line.StartsWith(Message, StringComparison.Ordinal)), Message);

        Assert.That(broker.Broker.EndPoints.Keys, Is.EqualTo(new[] { "PLAINTEXT" }));
    }

    [Test]
    public async Task A_dynamic_listener_is_open_after_a_restart()
    {
        var files = new MemoryFileSystem(TimeProvider.System, 1L << 30);
        await using (var broker = await TestBroker.StartAsync(files, [s_protocols]))
        {
            using var client = await broker.ConnectAsync();
            await SetListenersAsync(client, WithExtra);
        }

        await using var again = await TestBroker.StartAsync(files, [s_protocols]);
        using var extra = await RawClient.ConnectAsync(again.Broker.EndPoints["EXTRA"]);
        Assert.That((await ApiVersionsAsync(extra)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    private static async Task SetListenersAsync(RawClient client, string? value)
    {
        var request = new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new()
                {
                    ResourceType = (sbyte)ConfigResourceType.Broker, ResourceName = "1",
                    Configs = [new() { Name = "listeners", Value = value, ConfigOperation = (sbyte)(value is null ? 1 : 0) }],
                },
            ],
        };
        var response = await client.SendAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, 1);
        Assert.That(response.Responses.Single().ErrorMessage, Is.Null.Or.Empty);
    }

    private static Task<ApiVersionsResponse> ApiVersionsAsync(RawClient client) =>
        client.SendAsync<ApiVersionsRequest, ApiVersionsResponse>(
            new ApiVersionsRequest { ClientSoftwareName = "test", ClientSoftwareVersion = "1" }, 3);
}
