using KafkaSharp.Broker.Hosting;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>The voters and messages of <c>kafka-storage format --initial-controllers</c> of Apache Kafka 4.3.1.</summary>
internal sealed class InitialVotersTests
{
    private const string Id = "JEXY6aqzQY-32P5TStzaFg";

    [TestCase($"1@127.0.0.1:19093:{Id}", "127.0.0.1")]
    [TestCase($" 1@example.com:19093:{Id}, ", "example.com")]
    [TestCase($"1@[::1]:19093:{Id}", "0:0:0:0:0:0:0:1")]
    [TestCase($"1@[2001:DB8::a:0]:19093:{Id}", "2001:db8:0:0:0:0:a:0")]
    [TestCase($"1@:19093:{Id}", "localhost")]
    public void A_voter_has_its_id_address_and_directory(string text, string host)
    {
        var voter = InitialVoters.Parse(text, "CONTROLLER").Voters.Single();
        Assert.That((voter.Id, voter.DirectoryId.ToString()), Is.EqualTo((1, Id)));
        Assert.That((voter.Endpoints[0].Name, voter.Endpoints[0].Host, voter.Endpoints[0].Port), Is.EqualTo(("CONTROLLER", host, 19093)));
    }

    [Test]
    public void Several_voters_are_ordered_by_their_ids() =>
        Assert.That(InitialVoters.Parse($"2@b:2:{Id},1@a:1:{Id}", "C").Voters.Select(voter => voter.Id), Is.EqualTo(new[] { 1, 2 }));

    [TestCase("", "No voters given.")]
    [TestCase(" , ", "No voters given.")]
    [TestCase($"localhost:1:{Id}", "No @ found in dynamic voter string.")]
    [TestCase($"@localhost:1:{Id}", "Invalid @ at beginning of dynamic voter string.")]
    [TestCase($"x@localhost:1:{Id}", "Failed to parse node id in dynamic voter string.")]
    [TestCase($"-1@localhost:1:{Id}", "Invalid negative node id -1 in dynamic voter string.")]
    [TestCase("1@", "No hostname found after node id.")]
    [TestCase("1@localhost", "No colon following hostname could be found.")]
    [TestCase("1@[::1:19093:x", "Hostname began with left bracket, but no right bracket was found.")]
    [TestCase($"1@[::1]19093:{Id}", "Port section must start with a colon.")]
    [TestCase("1@localhost:19093", "No colon following port could be found.")]
    [TestCase($"1@localhost:x:{Id}", "Failed to parse port in dynamic voter string.")]
    [TestCase($"1@localhost:65536:{Id}", "Invalid port 65536 in dynamic voter string.")]
    [TestCase("1@localhost:1:abc", "Failed to parse directory ID in dynamic voter string.")]
    [TestCase($"1@a:1:{Id},1@b:1:{Id}", "Node id 1 was specified more than once.")]
    public void What_is_no_voter_has_the_message_of_Kafka(string text, string message) =>
        Assert.That(() => InitialVoters.Parse(text, "C"), Throws.TypeOf<BrokerStartException>().With.Message.EqualTo(message));
}
