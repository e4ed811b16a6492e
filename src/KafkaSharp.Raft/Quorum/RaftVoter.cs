using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Quorum;

/// <summary>A voter of the metadata quorum (Kafka's <c>VoterSet.VoterNode</c>). Immutable.</summary>
/// <param name="Id">The node id.</param>
/// <param name="DirectoryId">The id of the voter's metadata log directory (KIP-853); zero in a static quorum.</param>
/// <param name="Endpoints">The addresses of its controller listeners, the preferred one first.</param>
/// <param name="MinKRaftVersion">The lowest kraft.version that it supports.</param>
/// <param name="MaxKRaftVersion">The highest kraft.version that it supports.</param>
public sealed record RaftVoter(
    int Id, Uuid DirectoryId, IReadOnlyList<RaftEndpoint> Endpoints,
    short MinKRaftVersion = 0, short MaxKRaftVersion = RaftVoter.LatestKRaftVersion)
{
    /// <summary>The highest existing kraft.version: 1, with the voters in the log (KIP-853).</summary>
    public const short LatestKRaftVersion = 1;
}
