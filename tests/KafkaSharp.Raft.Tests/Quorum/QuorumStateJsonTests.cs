using KafkaSharp.Protocol;
using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Raft.Tests.Quorum;

/// <summary>
/// The texts were written by Apache Kafka 4.3.1: by a static voter, by a --standalone voter, and by one of three voters that voted for
/// another.
/// </summary>
[TestFixture]
public sealed class QuorumStateJsonTests
{
    private const string Static =
        """{"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0}""";

    private const string Standalone =
        """{"leaderId":1,"leaderEpoch":1,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}""";

    private const string Voted =
        """{"leaderId":2,"leaderEpoch":3,"votedId":2,"votedDirectoryId":"AAAAa2Fma2EAAAAAAAAAAg","data_version":1}""";

    [TestCase(Static, 0)]
    [TestCase(Standalone, 1)]
    [TestCase(Voted, 1)]
    public void A_text_of_Kafka_is_read_and_rewritten_byte_for_byte(string text, short kraftVersion) =>
        Assert.That(QuorumStateJson.Write(QuorumStateJson.Read(text), kraftVersion), Is.EqualTo(text));

    [Test]
    public void The_fields_are_read()
    {
        var state = QuorumStateJson.Read(Voted);
        Assert.That((state.Epoch, state.LeaderId, state.VotedId, state.VotedDirectoryId),
            Is.EqualTo((3, (int?)2, (int?)2, Uuid.Parse("AAAAa2Fma2EAAAAAAAAAAg"))));
        Assert.That(QuorumStateJson.Read(Static).VoterIds, Is.EqualTo(new[] { 1 }));
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("""{"leaderId":1,"leaderEpoch":"x","votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}""")]
    [TestCase("""{"leaderId":1,"leaderEpoch":1,"votedId":-1,"votedDirectoryId":"A","data_version":1}""")]
    [TestCase("""{"leaderId":1,"leaderEpoch":1,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":2}""")]
    public void A_text_that_is_not_a_quorum_state_is_refused(string text) =>
        Assert.That(() => QuorumStateJson.Read(text), Throws.TypeOf<InvalidDataException>());
}
