namespace KafkaSharp.Raft.Quorum;

/// <summary>Keeps the text of the file <c>quorum-state</c>. Called on the node's event loop; failures are IOExceptions.</summary>
public interface IQuorumStateStore
{
    /// <summary>The text last written, or null where there is none.</summary>
    string? Read();

    /// <summary>Replaces the text, atomically and durably: when this returns, a crash keeps it.</summary>
    void Write(string text);
}
