using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Raft.Quorum;

/// <summary>The control records that describe the quorum: its leader, its kraft.version and its voters.</summary>
internal static class QuorumRecords
{
    /// <summary>The record with which a leader starts its epoch. A sole voter has voted for itself.</summary>
    public static RaftControlRecord LeaderChange(int leaderId, VoterSet voters) =>
        new(ControlRecordType.LeaderChange, new LeaderChangeMessage
        {
            LeaderId = leaderId,
            Voters = [.. voters.Voters.Select(voter => new LeaderChangeMessage.Voter { VoterId = voter.Id })],
            GrantingVoters = [new LeaderChangeMessage.Voter { VoterId = leaderId }],
        });

    /// <summary>The version and the voters. Empty with kraft.version 0, where the voters are in the configuration.</summary>
    public static IEnumerable<RaftControlRecord> Voters(short kraftVersion, VoterSet voters) => kraftVersion == 0
        ? []
        :
        [
            new RaftControlRecord(ControlRecordType.KRaftVersion, new KRaftVersionRecord { KRaftVersion = kraftVersion }),
            new RaftControlRecord(ControlRecordType.KRaftVoters, voters.ToRecord()),
        ];
}
