using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Storage.Tests.Moving;

/// <summary>Collects the moves that wait for their approval. A test approves them.</summary>
internal sealed class Approvals : IMoveApproval
{
    public List<LogMove> Requested { get; } = [];

    public List<LogMove> Withdrawn { get; } = [];

    public void Request(LogMove move) => Requested.Add(move);

    public void Withdraw(LogMove move) => Withdrawn.Add(move);
}
