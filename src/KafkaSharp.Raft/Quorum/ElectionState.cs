using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Quorum;

/// <summary>
/// What a voter must never forget about an election: the epoch, who leads in it, whom it voted for. Kept in the file <c>quorum-state</c>.
/// </summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="LeaderId">Its leader, where one is known.</param>
/// <param name="VotedId">Whom this node voted for in the epoch.</param>
/// <param name="VotedDirectoryId">That voter's directory; zero where it is not known.</param>
/// <param name="VoterIds">The static voters; only written with kraft.version 0.</param>
public sealed record ElectionState(int Epoch, int? LeaderId, int? VotedId, Uuid VotedDirectoryId, IReadOnlyList<int> VoterIds)
{
    public static ElectionState WithLeader(int epoch, int leaderId, VoterSet voters) =>
        new(epoch, leaderId, null, default, [.. voters.Voters.Select(voter => voter.Id)]);
}
