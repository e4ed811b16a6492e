namespace KafkaSharp.Raft.Quorum;

/// <summary>This node can't take part in the metadata quorum as configured. The message is one sentence for the operator.</summary>
public sealed class QuorumConfigurationException(string message) : Exception(message);
