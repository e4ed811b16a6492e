using System.Text.Json.Nodes;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Protocol.Tests;

/// <summary>Compares the error codes with Kafka's <c>Errors</c>.</summary>
internal sealed class ErrorCodesTests
{
    [Test]
    public void Every_code_has_Kafkas_name_and_retriability()
    {
        var rows = JsonNode.Parse(File.ReadAllText(Vectors.Find("errors.json")))!.AsArray();
        foreach (var row in rows)
        {
            var code = (ErrorCode)row!["code"]!.GetValue<short>();
            Assert.That(code.Name(), Is.EqualTo(row["name"]!.GetValue<string>()));
            Assert.That(code.ToString().ToUpperInvariant(), Is.EqualTo(code.Name().Replace("_", "")));
            Assert.That(code.IsRetriable(), Is.EqualTo(row["retriable"]!.GetValue<bool>()), code.Name());
            Assert.That(code.Message(), Is.Not.Empty);
        }
        Assert.That(rows, Has.Count.EqualTo(Enum.GetValues<ErrorCode>().Length));
    }

    [TestCase((short)134)]
    [TestCase((short)-2)]
    [TestCase(short.MaxValue)]
    [TestCase(short.MinValue)]
    public void An_undefined_code_has_the_name_of_an_unknown_server_error(short code) =>
        Assert.That(((ErrorCode)code).Name(), Is.EqualTo("UNKNOWN_SERVER_ERROR"));

    // Observed in responses of a 4.3.1 broker.
    [TestCase(ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.")]
    [TestCase(ErrorCode.InvalidGroupId, "The group id is invalid.")]
    [TestCase(ErrorCode.TopicAuthorizationFailed, "Topic authorization failed.")]
    [TestCase(ErrorCode.ElectionNotNeeded, "Leader election not needed for topic partition.")]
    [TestCase(ErrorCode.UnknownTopicId, "This server does not host this topic ID.")]
    [TestCase(ErrorCode.None, "NONE")]
    public void Messages_seen_in_responses_of_Kafka_are_identical(ErrorCode code, string message) =>
        Assert.That(code.Message(), Is.EqualTo(message));
}
