using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Quorum;

/// <summary>A voter of the metadata quorum (Kafka's <c>VoterSet.VoterNode</c>). Immutable.</summary>
/// <param name="Id">Its node id.</param>
/// <param name="DirectoryId">The id of its metadata log directory (KIP-853); zero where the quorum is static.</param>
/// <param name="Endpoints">Where it is reached, the preferred listener first.</param>
/// <param name="MinKRaftVersion">The lowest kraft.version it can run.</param>
/// <param name="MaxKRaftVersion">The highest.</param>
public sealed record RaftVoter(
    int Id, Uuid DirectoryId, IReadOnlyList<RaftEndpoint> Endpoints,
    short MinKRaftVersion = 0, short MaxKRaftVersion = RaftVoter.LatestKRaftVersion)
{
    /// <summary>The highest kraft.version there is: 1, voters in the log (KIP-853).</summary>
    public const short LatestKRaftVersion = 1;
}
