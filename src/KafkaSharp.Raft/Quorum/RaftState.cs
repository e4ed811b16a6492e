using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Quorum;

/// <summary>
/// The consensus core, without I/O, clock or threads (Kafka's <c>QuorumState</c> and <c>LeaderState</c>): inputs change the state and add
/// <see cref="RaftOutput"/>s for the driver. It decides epochs, leadership and the high watermark. Only a sole voter, this node, is
/// supported yet. Not thread-safe.
/// </summary>
public sealed class RaftState(int nodeId)
{
    /// <summary>For each voter, the offset before which its log is known to be durable.</summary>
    private readonly Dictionary<int, long> _endOffsets = [];

    private VoterSet _voters = VoterSet.Empty;
    private long _epochStartOffset = long.MaxValue;
    private bool _leadershipAnnounced;

    public RaftPhase Phase { get; private set; } = RaftPhase.Unattached;

    public int Epoch { get; private set; }

    public int? LeaderId { get; private set; }

    /// <summary>Every record before this offset is committed. -1 while it is unknown. It never decreases.</summary>
    public long HighWatermark { get; private set; } = -1;

    public LeaderAndEpoch LeaderAndEpoch => new(LeaderId, Epoch);

    /// <summary>Starts from the durable state: the stored election and the end of the log.</summary>
    /// <exception cref="QuorumConfigurationException">This node is not the sole voter.</exception>
    public void Start(ElectionState? stored, OffsetAndEpoch logEnd, VoterSet voters, List<RaftOutput> outputs)
    {
        if (voters.Count == 0)
            throw new QuorumConfigurationException(
                "The metadata quorum has no voters, and joining the quorum of other nodes is not supported yet: set "
                + "controller.quorum.voters, or format the directory with --standalone.");
        if (voters.Find(nodeId) is null)
            throw new QuorumConfigurationException(
                $"Node {nodeId} is not one of the voters of the metadata quorum ({Ids(voters)}), and observers are not supported yet: "
                + "set node.id to the id of a voter.");
        if (voters.Count > 1)
            throw new QuorumConfigurationException(
                $"The metadata quorum has {voters.Count} voters ({Ids(voters)}), but only one voter is supported yet.");
        _voters = voters;
        Epoch = Math.Max(stored?.Epoch ?? 0, logEnd.Epoch);
        BecomeLeader(outputs);
    }

    /// <summary>The control batch of the current epoch was appended at this offset.</summary>
    public void EpochStarted(long startOffset) => _epochStartOffset = startOffset;

    /// <summary>The log of this node is durable before an offset.</summary>
    public void LogFlushed(long endOffset, List<RaftOutput> outputs) => UpdateEndOffset(nodeId, endOffset, outputs);

    /// <summary>Resigns as leader of an epoch. Has no effect if that epoch is over.</summary>
    public void Resign(int epoch, List<RaftOutput> outputs)
    {
        if (epoch != Epoch || Phase != RaftPhase.Leader)
            return;
        Phase = RaftPhase.Resigned;
        LeaderId = null;
        outputs.Add(new RaftOutput.ChangeLeader(LeaderAndEpoch));
        outputs.Add(new RaftOutput.StartElectionTimer());
    }

    public void ElectionTimeout(List<RaftOutput> outputs)
    {
        if (Phase != RaftPhase.Leader)
            BecomeLeader(outputs);
    }

    private void BecomeLeader(List<RaftOutput> outputs)
    {
        Epoch++;
        Phase = RaftPhase.Leader;
        LeaderId = nodeId;
        _endOffsets.Clear();
        _epochStartOffset = long.MaxValue;
        _leadershipAnnounced = false;
        outputs.Add(new RaftOutput.PersistElection(ElectionState.WithLeader(Epoch, nodeId, _voters)));
        outputs.Add(new RaftOutput.StartEpoch(Epoch));
    }

    /// <summary>
    /// The high watermark is the offset before which a majority of logs is durable, but it advances only past records of the leader's own
    /// epoch: a batch of an earlier epoch may still be overwritten although a majority has it (Raft, section 5.4.2).
    /// </summary>
    private void UpdateEndOffset(int voterId, long endOffset, List<RaftOutput> outputs)
    {
        if (Phase != RaftPhase.Leader)
            return;
        _endOffsets[voterId] = endOffset;
        if (_endOffsets.Count < _voters.Majority)
            return;
        var committed = _endOffsets.Values.OrderDescending().ElementAt(_voters.Majority - 1);
        if (committed <= _epochStartOffset || committed <= HighWatermark)
            return;
        HighWatermark = committed;
        outputs.Add(new RaftOutput.AdvanceHighWatermark(committed));
        if (!_leadershipAnnounced)
        {
            _leadershipAnnounced = true;
            outputs.Add(new RaftOutput.ChangeLeader(LeaderAndEpoch));
        }
    }

    private static string Ids(VoterSet voters) => string.Join(", ", voters.Voters.Select(voter => voter.Id));
}
