using KafkaSharp.Server.Commands;

namespace KafkaSharp.Server.Tests.Commands;

/// <summary>As the image of Apache Kafka 4.3.1 maps them: each line was given to its KafkaDockerWrapper.</summary>
internal sealed class EnvironmentPropertiesTests : ServerTest
{
    [TestCase("KAFKA_NODE_ID", "node.id")]
    [TestCase("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "listener.security.protocol.map")]
    [TestCase("KAFKA_A__B", "a_b")]
    [TestCase("KAFKA_A___B", "a-b")]
    [TestCase("KAFKA_A____B", "a-.b")]
    [TestCase("KAFKA_A_____B", "a-_b")]
    [TestCase("KAFKA_A______B", "a--b")]
    public void A_variable_is_a_property(string variable, string key) => Assert.That(
        EnvironmentProperties.Read(new Dictionary<string, string> { [variable] = "v" }),
        Is.EqualTo(new Dictionary<string, string> { [key] = "v" }));

    [TestCase("KAFKA_HEAP_OPTS")]
    [TestCase("KAFKA_JMX_HOSTNAME")]
    [TestCase("kafka_node_id")]
    [TestCase("MY_KAFKA_NODE_ID")]
    public void Other_variables_are_left_out(string variable) =>
        Assert.That(EnvironmentProperties.Read(new Dictionary<string, string> { [variable] = "v" }), Is.Empty);

    [Test]
    public async Task A_broker_in_a_container_starts_as_a_container_module_asks_for()
    {
        // What Testcontainers sets; the advertised listeners are set by the script that it copies into the container.
        var (client, broker, controller) = (Kafkasharp.FreePort(), Kafkasharp.FreePort(), Kafkasharp.FreePort());
        var variables = new Dictionary<string, string>
        {
            ["KAFKA_LISTENERS"] = $"PLAINTEXT://:{client},BROKER://:{broker},CONTROLLER://:{controller}",
            ["KAFKA_ADVERTISED_LISTENERS"] = $"PLAINTEXT://127.0.0.1:{client},BROKER://127.0.0.1:{broker}",
            ["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"] = "BROKER:PLAINTEXT,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            ["KAFKA_INTER_BROKER_LISTENER_NAME"] = "BROKER",
            ["KAFKA_PROCESS_ROLES"] = "broker,controller",
            ["KAFKA_CONTROLLER_LISTENER_NAMES"] = "CONTROLLER",
            ["KAFKA_NODE_ID"] = "1",
            ["KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR"] = "1",
            ["KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS"] = "1",
            ["KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR"] = "1",
            ["KAFKA_TRANSACTION_STATE_LOG_MIN_ISR"] = "1",
            ["KAFKA_LOG_FLUSH_INTERVAL_MESSAGES"] = $"{long.MaxValue}",
            ["KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS"] = "0",
            ["KAFKA_LOG_DIRS"] = Path("data"),
        };
        using var process = await Kafkasharp.RunUntilAsync(
            Folder, "Transitioning from RECOVERY to RUNNING", ["start", "--environment"], variables);
        Assert.That(process.Output, Has.Some.Matches(@"\[KafkaServer id=\d+\] started"));
        Assert.That(await AskApiVersionsAsync(client), Is.Zero);
        Assert.That((await process.TerminateAsync()).ExitCode, Is.Zero);
    }
}
