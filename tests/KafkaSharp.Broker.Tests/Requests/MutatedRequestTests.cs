using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;
using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.TestInfrastructure.Broker;

namespace KafkaSharp.Broker.Tests.Requests;

/// <summary>
/// Sends requests of every API in every version to a broker, unchanged and with bytes changed, removed or added. Each has a response or
/// closes its connection, no handler fails, and the broker continues.
/// </summary>
public sealed class MutatedRequestTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    // These may wait for what does not come: records, members, replicas.
    private static readonly ApiKey[] s_waiting =
        [ApiKey.Produce, ApiKey.Fetch, ApiKey.JoinGroup, ApiKey.SyncGroup, ApiKey.DeleteRecords, ApiKey.ShareFetch, ApiKey.InitProducerId];

    // More than the everyday run does, on demand.
    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("KAFKASHARP_FUZZ_ROUNDS"), out var rounds) ? rounds : 1;

    [Test]
    public async Task Every_API_in_every_version_receives_a_response_or_closes_the_connection() => await RunAsync(0, rounds: 1);

    [Test]
    public async Task Mutated_requests_receive_a_response_or_close_the_connection([Range(1, 8)] int seed) => await RunAsync(seed, Rounds);

    private static async Task RunAsync(int seed, int rounds)
    {
        var random = new Random(seed);
        var requests = Vectors.Lines("conversations/sweep-broker.jsonl.gz").Select(line => JsonDocument.Parse(line).RootElement)
            .Where(frame => frame.GetProperty("dir").GetString() == "request" && frame.GetProperty("listener").GetString() == "PLAINTEXT")
            .Where(frame => frame.TryGetProperty("hex", out _))
            .Select(frame => Convert.FromHexString(frame.GetProperty("hex").GetString()!)).ToList();
        Assert.That(requests, Has.Count.GreaterThan(100));
        await using var broker = await TestBroker.StartAsync();

        var clients = new List<RawClient>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var request in requests)
            {
                var sent = seed == 0 ? request : Mutate(request, random);
                var client = await broker.ConnectAsync();
                clients.Add(client);
                await client.SendFrameAsync(sent);
                client.Socket.Shutdown(SocketShutdown.Send);
                if (!MayWait(sent))
                    Assert.That(await EndsAsync(client.Socket), $"neither a response nor a close: {Convert.ToHexStringLower(sent)}");
            }
        }

        using var sound = await broker.ConnectAsync();
        await sound.SendFrameAsync(Convert.FromHexString("00120000000000010003726177"));
        sound.Socket.Shutdown(SocketShutdown.Send);
        Assert.That(await EndsAsync(sound.Socket));
        clients.ForEach(client => client.Dispose());
        Assert.That(broker.Log.Warnings.Where(line => line.Contains("failed")), Is.Empty);
    }

    private static bool MayWait(byte[] request) =>
        request.Length >= 2 && s_waiting.Contains((ApiKey)BinaryPrimitives.ReadInt16BigEndian(request));

    private static byte[] Mutate(byte[] request, Random random)
    {
        var bytes = request.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            // The header stays mostly whole: most of what matters lies behind it.
            var at = random.Next(random.Next(5) == 0 ? 0 : Math.Min(13, bytes.Count - 1), bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes[at] = random.Next(2) == 0 ? (byte)0xff : (byte)0x7f;
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 5), bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 9)).Select(_ => (byte)random.Next(256)));
                    break;
            }
            if (bytes.Count == 0)
                bytes.Add(0);
        }
        return [.. bytes];
    }

    // The server closes after its response, because the client has shut down its sending side.
    private static async Task<bool> EndsAsync(Socket client)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var buffer = new byte[65536];
        try
        {
            while (await client.ReceiveAsync(buffer, patience.Token) > 0)
            {
            }
            return true;
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
