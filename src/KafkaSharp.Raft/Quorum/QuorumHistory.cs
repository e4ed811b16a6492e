using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Raft.Quorum;

/// <summary>
/// The voter set and the kraft.version at every offset of the log (Kafka's <c>KRaftControlRecordStateMachine</c>). With kraft.version 0 the
/// static voters apply. Written on the node's event loop, read from any thread.
/// </summary>
internal sealed class QuorumHistory(VoterSet staticVoters)
{
    /// <summary>The offset of the records of the bootstrap checkpoint, which come before the first record of the log.</summary>
    public const long BeforeLog = -1;

    private readonly Lock _gate = new();
    private readonly SortedList<long, VoterSet> _voters = [];
    private readonly SortedList<long, short> _versions = [];

    public short KRaftVersion => KRaftVersionAt(long.MaxValue);

    public VoterSet Voters => VotersAt(long.MaxValue);

    /// <summary>Whether only the bootstrap checkpoint contains the voters. The first leader must then write them to the log.</summary>
    public bool VotersAreOnlyInBootstrap
    {
        get
        {
            lock (_gate)
                return _voters.Count > 0 && _voters.Keys[^1] == BeforeLog;
        }
    }

    public short KRaftVersionAt(long offset)
    {
        lock (_gate)
            return Latest(_versions, offset);
    }

    public VoterSet VotersAt(long offset)
    {
        lock (_gate)
            return (Latest(_versions, offset) == 0 ? null : Latest(_voters, offset)) ?? staticVoters;
    }

    /// <summary>Adds a control record at an offset. Records of types other than version and voters have no effect.</summary>
    public void Add(long offset, RaftControlRecord record)
    {
        lock (_gate)
        {
            if (record is { Type: ControlRecordType.KRaftVersion, Message: KRaftVersionRecord version })
                _versions[offset] = version.KRaftVersion;
            else if (record is { Type: ControlRecordType.KRaftVoters, Message: VotersRecord voters })
                _voters[offset] = VoterSet.FromRecord(voters);
        }
    }

    private static T? Latest<T>(SortedList<long, T> history, long offset)
    {
        for (var i = history.Count - 1; i >= 0; i--)
        {
            if (history.Keys[i] <= offset)
                return history.Values[i];
        }
        return default;
    }
}
