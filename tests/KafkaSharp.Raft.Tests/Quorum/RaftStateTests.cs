using KafkaSharp.Protocol;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Raft.Tests.Quorum;

[TestFixture]
public sealed class RaftStateTests
{
    private static readonly VoterSet Alone = VoterSet.Parse(["1@localhost:9093"], "CONTROLLER");

    private readonly List<RaftOutput> _outputs = [];
    private RaftState _state = null!;

    [SetUp]
    public void Create()
    {
        _state = new RaftState(1);
        _outputs.Clear();
    }

    [Test]
    public void A_sole_voter_makes_its_election_durable_before_it_starts_the_epoch()
    {
        _state.Start(null, default, Alone, _outputs);
        Assert.Multiple(() =>
        {
            Assert.That(_outputs, Has.Count.EqualTo(2));
            Assert.That(
                ((RaftOutput.PersistElection)_outputs[0]).State, Has.Property("Epoch").EqualTo(1).And.Property("LeaderId").EqualTo(1));
            Assert.That(_outputs[1], Is.EqualTo(new RaftOutput.StartEpoch(1)));
            Assert.That(_state.LeaderAndEpoch, Is.EqualTo(new LeaderAndEpoch(1, 1)));
            Assert.That(_state.HighWatermark, Is.EqualTo(-1));
        });
    }

    [TestCase(7, 4, 8)]
    [TestCase(4, 7, 8)]
    [TestCase(null, 7, 8)]
    [TestCase(7, 0, 8)]
    public void The_new_epoch_is_greater_than_the_stored_epoch_and_the_epoch_of_the_log(int? stored, int inLog, int expected)
    {
        var election = stored is { } epoch ? ElectionState.WithLeader(epoch, 1, Alone) : null;
        _state.Start(election, new OffsetAndEpoch(100, inLog), Alone, _outputs);
        Assert.That(_state.Epoch, Is.EqualTo(expected));
    }

    [Test]
    public void The_high_watermark_is_unknown_until_a_batch_of_the_current_epoch_is_flushed()
    {
        _state.Start(null, new OffsetAndEpoch(100, 3), Alone, _outputs);
        _outputs.Clear();
        _state.LogFlushed(100, _outputs);
        Assert.That(_outputs, Is.Empty);
        _state.EpochStarted(100);
        _state.LogFlushed(100, _outputs);
        Assert.That(_outputs, Is.Empty);
        _state.LogFlushed(101, _outputs);
        Assert.That(_outputs, Is.EqualTo(new RaftOutput[]
        {
            new RaftOutput.AdvanceHighWatermark(101), new RaftOutput.ChangeLeader(new LeaderAndEpoch(1, 4)),
        }));
        _outputs.Clear();
        _state.LogFlushed(105, _outputs);
        _state.LogFlushed(105, _outputs);
        Assert.That(_outputs, Is.EqualTo(new RaftOutput[] { new RaftOutput.AdvanceHighWatermark(105) }));
    }

    [Test]
    public void A_resignation_notifies_listeners_and_the_next_election_has_a_higher_epoch()
    {
        _state.Start(null, default, Alone, _outputs);
        _state.EpochStarted(0);
        _state.LogFlushed(1, _outputs);
        _outputs.Clear();
        _state.Resign(1, _outputs);
        Assert.That(_outputs, Is.EqualTo(new RaftOutput[]
        {
            new RaftOutput.ChangeLeader(new LeaderAndEpoch(null, 1)), new RaftOutput.StartElectionTimer(),
        }));
        _outputs.Clear();
        _state.LogFlushed(9, _outputs);
        Assert.That(_outputs, Is.Empty, "a node that resigned commits nothing");
        _state.ElectionTimeout(_outputs);
        Assert.That(_outputs[^1], Is.EqualTo(new RaftOutput.StartEpoch(2)));
        Assert.That(_state.HighWatermark, Is.EqualTo(1), "the high watermark never decreases");
    }

    [Test]
    public void Resigning_from_an_epoch_that_is_over_does_nothing()
    {
        _state.Start(null, new OffsetAndEpoch(0, 5), Alone, _outputs);
        _outputs.Clear();
        _state.Resign(5, _outputs);
        _state.ElectionTimeout(_outputs);
        Assert.That(_outputs, Is.Empty);
        Assert.That(_state.Phase, Is.EqualTo(RaftPhase.Leader));
    }

    [Test]
    public void More_than_one_voter_is_refused()
    {
        var three = VoterSet.Parse(["1@a:1", "2@b:2", "3@c:3"], "CONTROLLER");
        Assert.That(() => _state.Start(null, default, three, _outputs), Throws.TypeOf<QuorumConfigurationException>()
            .With.Message.EqualTo("The metadata quorum has 3 voters (1, 2, 3), but only one voter is supported yet."));
    }

    [Test]
    public void A_quorum_without_voters_is_refused_and_the_error_names_the_remedy() =>
        Assert.That(() => _state.Start(null, default, VoterSet.Empty, _outputs), Throws.TypeOf<QuorumConfigurationException>()
            .With.Message.Contain("--standalone"));

    [Test]
    public void A_node_that_is_not_a_voter_is_refused()
    {
        Assert.That(() => new RaftState(4).Start(null, default, Alone, _outputs), Throws.TypeOf<QuorumConfigurationException>()
            .With.Message.StartsWith("Node 4 is not one of the voters"));
    }
}
