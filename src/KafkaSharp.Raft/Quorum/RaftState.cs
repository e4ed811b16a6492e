using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Quorum;

/// <summary>
/// The consensus core, without I/O, clock or threads: inputs change the state and add <see cref="RaftOutput"/>s for its driver. It
/// decides epochs, leadership and the high watermark. The voter set has one member for now, this node. Used by one thread at a time.
/// </summary>
public sealed class RaftState(int nodeId)
{
    /// <summary>How far each voter is known to hold the log durably.</summary>
    private readonly Dictionary<int, long> _endOffsets = [];

    private VoterSet _voters = VoterSet.Empty;
    private long _epochStartOffset = long.MaxValue;
    private bool _leadershipTold;

    public RaftPhase Phase { get; private set; } = RaftPhase.Unattached;

    public int Epoch { get; private set; }

    public int? LeaderId { get; private set; }

    /// <summary>Exclusive; -1 while it is unknown. Never goes back.</summary>
    public long HighWatermark { get; private set; } = -1;

    public LeaderAndEpoch LeaderAndEpoch => new(LeaderId, Epoch);

    /// <summary>Begins from what survived: the stored election and the end of the log.</summary>
    /// <exception cref="QuorumConfigurationException">This node is not the sole voter.</exception>
    public void Start(ElectionState? stored, OffsetAndEpoch logEnd, VoterSet voters, List<RaftOutput> outputs)
    {
        if (voters.Count == 0)
            throw new QuorumConfigurationException(
                "The metadata quorum has no voters: set controller.quorum.voters, or format the directory with --standalone.");
        if (voters.Find(nodeId) is null)
            throw new QuorumConfigurationException(
                $"Node {nodeId} is not among the voters of the metadata quorum ({Ids(voters)}), "
                + "and a node that only observes is not supported yet.");
        if (voters.Count > 1)
            throw new QuorumConfigurationException(
                $"The metadata quorum has {voters.Count} voters ({Ids(voters)}), and more than one is not supported yet.");
        _voters = voters;
        Epoch = Math.Max(stored?.Epoch ?? 0, logEnd.Epoch);
        BecomeLeader(outputs);
    }

    /// <summary>The control batch of the current epoch lies in the log from this offset on.</summary>
    public void EpochBegun(long startOffset) => _epochStartOffset = startOffset;

    /// <summary>This node holds everything before an offset durably.</summary>
    public void LogFlushed(long endOffset, List<RaftOutput> outputs) => VoterHolds(nodeId, endOffset, outputs);

    /// <summary>Gives up leadership of an epoch; of no effect when that epoch is over.</summary>
    public void Resign(int epoch, List<RaftOutput> outputs)
    {
        if (epoch != Epoch || Phase != RaftPhase.Leader)
            return;
        Phase = RaftPhase.Resigned;
        LeaderId = null;
        outputs.Add(new RaftOutput.ChangeLeader(LeaderAndEpoch));
        outputs.Add(new RaftOutput.ArmElectionTimer());
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
        _leadershipTold = false;
        outputs.Add(new RaftOutput.PersistElection(ElectionState.WithLeader(Epoch, nodeId, _voters)));
        outputs.Add(new RaftOutput.BeginEpoch(Epoch));
    }

    /// <summary>
    /// The high watermark is what a majority holds, but only once that reaches into the leader's own epoch: a batch of an earlier epoch
    /// held by a majority may still be overwritten (Raft, section 5.4.2).
    /// </summary>
    private void VoterHolds(int voterId, long endOffset, List<RaftOutput> outputs)
    {
        if (Phase != RaftPhase.Leader)
            return;
        _endOffsets[voterId] = endOffset;
        if (_endOffsets.Count < _voters.Majority)
            return;
        var held = _endOffsets.Values.OrderDescending().ElementAt(_voters.Majority - 1);
        if (held <= _epochStartOffset || held <= HighWatermark)
            return;
        HighWatermark = held;
        outputs.Add(new RaftOutput.AdvanceHighWatermark(held));
        if (!_leadershipTold)
        {
            _leadershipTold = true;
            outputs.Add(new RaftOutput.ChangeLeader(LeaderAndEpoch));
        }
    }

    private static string Ids(VoterSet voters) => string.Join(", ", voters.Voters.Select(voter => voter.Id));
}
