namespace KafkaSharp.Raft.Quorum;

/// <summary>This node cannot join the metadata quorum with its configuration. The message is one sentence for the operator.</summary>
public sealed class QuorumConfigurationException(string message) : Exception(message);
