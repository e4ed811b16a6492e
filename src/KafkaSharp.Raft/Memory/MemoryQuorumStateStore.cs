namespace KafkaSharp.Raft;

/// <summary>The quorum state in memory, for tests.</summary>
public sealed class MemoryQuorumStateStore : IQuorumStateStore
{
    public string? Text { get; set; }

    public string? Read() => Text;

    public void Write(string text) => Text = text;
}
