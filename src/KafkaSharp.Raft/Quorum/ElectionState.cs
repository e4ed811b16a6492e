using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Quorum;

/// <summary>
/// The state of an election that a voter must keep across restarts (Kafka's <c>ElectionState</c>), stored in the file <c>quorum-state</c>.
/// Immutable.
/// </summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="LeaderId">The leader of the epoch, or null if it is unknown.</param>
/// <param name="VotedId">The voter for which this node voted in the epoch, or null if it did not vote.</param>
/// <param name="VotedDirectoryId">The directory id of that voter; zero if it is unknown.</param>
/// <param name="VoterIds">The static voters, which are stored only with kraft.version 0.</param>
public sealed record ElectionState(int Epoch, int? LeaderId, int? VotedId, Uuid VotedDirectoryId, IReadOnlyList<int> VoterIds)
{
    public static ElectionState WithLeader(int epoch, int leaderId, VoterSet voters) =>
        new(epoch, leaderId, null, default, [.. voters.Voters.Select(voter => voter.Id)]);
}
