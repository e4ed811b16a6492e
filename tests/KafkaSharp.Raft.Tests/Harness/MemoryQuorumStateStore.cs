using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Raft.Tests.Harness;

/// <summary>The quorum state in memory.</summary>
internal sealed class MemoryQuorumStateStore : IQuorumStateStore
{
    public string? Text { get; set; }

    /// <summary>Called with each text before it is stored. An exception simulates a disk failure.</summary>
    public Action<string>? OnWrite { get; set; }

    public string? Read() => Text;

    public void Write(string text)
    {
        OnWrite?.Invoke(text);
        Text = text;
    }
}
