using KafkaSharp.Configuration;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Raft.Tests.Quorum;

[TestFixture]
public sealed class VoterSetTests
{
    [Test]
    public void Static_voters_are_parsed_with_their_addresses()
    {
        var voters = VoterSet.Parse(["2@[::1]:9094", "1@localhost:9093"], "CONTROLLER");
        Assert.That(voters.Voters.Select(voter => (voter.Id, voter.Endpoints[0].ToString())), Is.EqualTo(new[]
        {
            (1, "CONTROLLER://localhost:9093"), (2, "CONTROLLER://::1:9094"),
        }));
    }

    [TestCase("1", "Invalid configuration value for controller.quorum.voters. ")]
    [TestCase("1@host", "Failed to parse host name from entry 1@host for the configuration controller.quorum.voters. ")]
    [TestCase("@host:1", "Failed to parse voter ID as an integer from ")]
    [TestCase("x@host:1", "Failed to parse voter ID as an integer from x")]
    [TestCase("1@host:65536", "port out of range:65536")]
    public void A_malformed_entry_is_refused_with_Kafkas_message(string entry, string message) =>
        Assert.That(() => VoterSet.Parse([entry], "C"), Throws.TypeOf<FormatException>().With.Message.StartsWith(message));

    [Test]
    public void Of_a_repeated_id_the_last_address_counts() =>
        Assert.That(
            VoterSet.Parse(["1@a:1", "1@b:2"], "C").Voters.Select(voter => voter.Endpoints[0].ToString()), Is.EqualTo(new[] { "C://b:2" }));

    [Test]
    public void A_malformed_value_is_a_fault_of_the_configuration() =>
        Assert.That(
            () => ConfigValues.Parse(
                new ConfigSchema(RaftConfigs.All), new Dictionary<string, string> { ["controller.quorum.voters"] = "1@a" }),
            Throws.TypeOf<ConfigException>().With.Message.Contains("controller.quorum.voters"));

    [Test]
    public void A_voter_that_others_cannot_reach_is_refused()
    {
        var values = ConfigValues.Parse(
            new ConfigSchema(RaftConfigs.All), new Dictionary<string, string> { ["controller.quorum.voters"] = "1@0.0.0.0:9093" });

        Assert.That(
            () => RaftOptions.From(values, 1, default, []),
            Throws.TypeOf<ConfigException>().With.Message.EqualTo("Host string (0.0.0.0) is not routeable"));
    }
}
