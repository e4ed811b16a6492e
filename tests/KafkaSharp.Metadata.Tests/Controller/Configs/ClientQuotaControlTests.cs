using System.Globalization;
using System.Text.Json;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Metadata.Tests.Controller.Configs;

/// <summary>Codes and messages are those of Kafka 4.3.1's ClientQuotaControlManager.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ClientQuotaControlTests
{
    private readonly ControllerHarness _harness = new();

    [TestCase("user", "producer_byte_rate", 1e19, "Proposed value for producer_byte_rate is too large for a LONG.")]
    [TestCase("user", "producer_byte_rate", double.PositiveInfinity, "Proposed value for producer_byte_rate is too large for a LONG.")]
    [TestCase("user", "producer_byte_rate", 9.223372036854775807e18, null)]
    [TestCase("user", "consumer_byte_rate", 1.5, "consumer_byte_rate cannot be a fractional value.")]
    [TestCase("user", "consumer_byte_rate", 0.9999999, "consumer_byte_rate cannot be a fractional value.")]
    [TestCase("user", "consumer_byte_rate", 1.0000001, null)]
    [TestCase("ip", "connection_creation_rate", 2147483648.5, "Proposed value for connection_creation_rate is too large for an INT.")]
    [TestCase("ip", "connection_creation_rate", 2147483647.0, null)]
    [TestCase("user", "request_percentage", 1e300, null)]
    [TestCase("user", "request_percentage", 0.5, null)]
    [TestCase("user", "request_percentage", double.PositiveInfinity, "Proposed value for request_percentage is too large for a DOUBLE.")]
    [TestCase("user", "request_percentage", double.NaN, "Quota request_percentage must be greater than 0")]
    [TestCase("user", "request_percentage", 0, "Quota request_percentage must be greater than 0")]
    public void A_value_is_one_of_its_key_s_type(string type, string key, double value, string? message)
    {
        var actual = Alter(key, value, (type, type == "ip" ? "127.0.0.1" : "alice"));
        Assert.That((actual.ErrorCode, actual.ErrorMessage), Is.EqualTo(
            (message is null ? ErrorCode.None : ErrorCode.InvalidRequest, message)));
    }

    // The golden values are texts, which only tools parse: a request has numbers. Where a text is a number, both have the same result,
    // except for a value below 1, which only the controller refuses, and for exponents.
    [Test]
    public void A_golden_value_is_refused_where_it_is_no_value_of_its_type()
    {
        var compared = 0;
        foreach (var line in Vectors.Lines("config-values.jsonl.gz").Select(text => JsonDocument.Parse(text).RootElement))
        {
            if (line.GetProperty("scope").GetString() != "quota")
                continue;
            var (key, text) = (line.GetProperty("name").GetString()!, line.GetProperty("value").GetString()!.Trim());
            const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
            if (!double.TryParse(text, Plain, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
                continue;
            var isIp = key == "connection_creation_rate";
            var actual = new ClientQuotaControlTests().Alter(key, value, (isIp ? "ip" : "user", isIp ? "127.0.0.1" : "alice"));
            // The double next to the largest long is 2^63 itself.
            var isFine = value > 0 && (line.GetProperty("ok").GetBoolean() || (text == "9223372036854775808" && !isIp));
            Assert.That(actual.ErrorCode, Is.EqualTo(isFine ? ErrorCode.None : ErrorCode.InvalidRequest), line.ToString());
            compared++;
        }
        Assert.That(compared, Is.EqualTo(72));
    }

    [Test]
    public void An_entity_that_is_none_is_refused()
    {
        Assert.That(Alter("connection_creation_rate", 1, ("ip", "127.0.0.1"), ("user", "alice")).ErrorMessage,
            Is.EqualTo("Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId"));
        Assert.That(Alter("producer_byte_rate", 1).ErrorMessage, Is.EqualTo("Invalid empty client quota entity"));
    }

    [Test]
    public void Of_a_type_named_twice_the_last_name_counts()
    {
        var response = Alter("producer_byte_rate", 1, ("user", "alice"), ("user", "bob"));
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(response.Entity.Select(part => part.EntityName), Is.EqualTo(new[] { "bob" }));
        Assert.That(_harness.Image.ClientQuotas.Entities.Keys.Single().User, Is.EqualTo("bob"));
    }

    [Test]
    public void A_key_named_twice_alters_nothing()
    {
        var response = Alter(Entry("u", ("producer_byte_rate", 1), ("producer_byte_rate", 2)));
        Assert.That(response.Single(), Is.EqualTo(
            ("u", ErrorCode.InvalidRequest, "Ignoring duplicate entity ClientQuotaEntity(entries={user=u})")));
        Assert.That(_harness.Written, Is.Empty);
    }

    // Apache Kafka 4.3.1 carries out the first alteration, too.
    [Test]
    public void An_entity_named_twice_gets_one_error_and_keeps_its_first_alteration()
    {
        var response =
            Alter(Entry("u", ("producer_byte_rate", 1)), Entry("u", ("consumer_byte_rate", 2)), Entry("w", ("producer_byte_rate", 3)));
        Assert.That(response, Is.EqualTo(new[]
        {
            ("u", ErrorCode.InvalidRequest, "Ignoring duplicate entity ClientQuotaEntity(entries={user=u})"), ("w", ErrorCode.None, null),
        }));
        Assert.That(_harness.Image.ClientQuotas.Entities.Select(entity => (entity.Key.User, string.Join(',', entity.Value.Keys))),
            Is.EquivalentTo(new[] { ("u", "producer_byte_rate"), ("w", "producer_byte_rate") }));
    }

    private (string? Name, ErrorCode Code, string? Message)[] Alter(params List<AlterClientQuotasRequest.EntryData> entries) =>
    [
        .. _harness.Run(_harness.Managers.Quotas.Alter(new AlterClientQuotasRequest { Entries = entries })).Entries
            .Select(entry => (entry.Entity[0].EntityName, entry.ErrorCode, entry.ErrorMessage)),
    ];

    private static AlterClientQuotasRequest.EntryData Entry(string user, params (string Key, double Value)[] operations) => new()
    {
        Entity = [new() { EntityType = "user", EntityName = user }],
        Ops = [.. operations.Select(operation => new AlterClientQuotasRequest.OpData { Key = operation.Key, Value = operation.Value })],
    };

    private AlterClientQuotasResponse.EntryData Alter(string key, double value, params (string Type, string Name)[] entity) =>
        _harness.Run(_harness.Managers.Quotas.Alter(new AlterClientQuotasRequest
        {
            Entries =
            [
                new()
                {
                    Entity = [.. entity.Select(
                        part => new AlterClientQuotasRequest.EntityData { EntityType = part.Type, EntityName = part.Name })],
                    Ops = [new() { Key = key, Value = value }],
                },
            ],
        })).Entries.Single();
}
