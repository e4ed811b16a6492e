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

    [TestCase("1")]
    [TestCase("1@host")]
    [TestCase("@host:1")]
    [TestCase("x@host:1")]
    [TestCase("1@:1")]
    [TestCase("1@host:65536")]
    public void A_malformed_entry_is_refused(string entry) =>
        Assert.That(() => VoterSet.Parse([entry], "C"), Throws.TypeOf<FormatException>().With.Message.Contain(entry));

    [Test]
    public void The_error_for_a_malformed_value_names_the_key()
    {
        var values = ConfigValues.Parse(new ConfigSchema(RaftConfigs.All), new Dictionary<string, string>
        {
            ["controller.quorum.voters"] = "1@a:1,1@b:2",
        });
        Assert.That(() => RaftOptions.From(values, 1, default, []), Throws.TypeOf<ConfigException>()
            .With.Message.EqualTo("Invalid value 1@a:1,1@b:2 for configuration controller.quorum.voters: voter id 1 appears twice"));
    }
}
