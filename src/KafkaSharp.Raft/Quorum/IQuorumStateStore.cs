namespace KafkaSharp.Raft.Quorum;

/// <summary>Stores the text of the file <c>quorum-state</c>. Called on the node's event loop; failures are IOExceptions.</summary>
public interface IQuorumStateStore
{
    /// <summary>The text written last, or null if nothing was written.</summary>
    string? Read();

    /// <summary>Replaces the text atomically and durably: after the method returns, the text survives a crash.</summary>
    void Write(string text);
}
