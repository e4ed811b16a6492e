using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators;

/// <summary>A topic that is no more: its name may live again under another id, whose offsets are not touched.</summary>
public readonly record struct DeletedTopic(string Name, Uuid Id);
