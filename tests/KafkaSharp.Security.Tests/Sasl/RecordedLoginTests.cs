using System.Text;
using System.Text.Json;
using KafkaSharp.Security.Sasl;
using KafkaSharp.Security.Sasl.Scram;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Security.Tests.Sasl;

/// <summary>Logins that were recorded between Java clients and the genuine broker.</summary>
internal sealed class RecordedLoginTests
{
    private const string Hidden = "Authentication failed during authentication due to invalid credentials with SASL mechanism ";

    private static readonly Dictionary<string, string> s_passwords = new() { ["alice"] = "alice-secret" };

    [TestCase("sasl-plain", 2)]
    [TestCase("sasl-plain-unknown-user", 1)]
    [TestCase("sasl-plain-wrong-password", 1)]
    [TestCase("sasl-scram-256", 2)]
    [TestCase("sasl-scram-512", 2)]
    [TestCase("sasl-scram-256-wrong-password", 1)]
    [TestCase("sasl-scram-unknown-user", 1)]
    public void Each_message_of_the_broker_is_the_same(string scenario, int logins)
    {
        Assert.That(Logins(scenario).Select(Replay).ToList(), Has.Count.EqualTo(logins));
    }

    private static bool Replay(List<JsonElement> login)
    {
        var mechanism = login[0].GetProperty("mechanism").GetString()!;
        var messages = login.Skip(2).Chunk(2).Select(pair => (Client: Bytes(pair[0]), Broker: pair[1])).ToList();
        var exchange = NewExchange(mechanism, messages[0].Client, Bytes(messages[0].Broker));
        foreach (var (client, broker) in messages)
        {
            var step = exchange.Evaluate(client);
            Assert.That(Encoding.UTF8.GetString(step.Challenge.Span), Is.EqualTo(Encoding.UTF8.GetString(Bytes(broker))));
            var failure = step.IsFailureForClient ? step.Failure : step.Failure is null ? "" : Hidden + mechanism;
            Assert.That(failure, Is.EqualTo(broker.GetProperty("errorMessage").GetString()));
        }
        return true;
    }

    private static ISaslExchange NewExchange(string name, byte[] clientFirst, byte[] serverFirst)
    {
        if (ScramMechanism.Find(name) is not { } mechanism)
            return new PlainExchange(s_passwords);
        var users = new KnownUsers();
        var fields = Encoding.UTF8.GetString(serverFirst).Split(',');
        foreach (var (user, password) in s_passwords)
            users.Add(mechanism, user, password, fields.Length < 3 ? "" : fields[1]["s=".Length..]);
        var clientNonce = Encoding.UTF8.GetString(clientFirst).Split("r=")[1];
        return new ScramExchange(mechanism, users, () => fields[0][$"r={clientNonce}".Length..]);
    }

    private static List<List<JsonElement>> Logins(string scenario) =>
    [
        .. Vectors.Lines($"conversations/{scenario}.jsonl.gz").Select(line => JsonDocument.Parse(line).RootElement)
            .Where(frame => frame.TryGetProperty("api", out var api) && api.GetString()!.StartsWith("Sasl", StringComparison.Ordinal))
            .GroupBy(frame => frame.GetProperty("conn").ToString())
            .Select(connection => connection.Select(frame => frame.GetProperty("json")).ToList()),
    ];

    private static byte[] Bytes(JsonElement message) => message.GetProperty("authBytes").GetBytesFromBase64();
}
