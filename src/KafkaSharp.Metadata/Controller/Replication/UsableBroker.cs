namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>A broker that replicas may be placed on.</summary>
internal readonly record struct UsableBroker(int Id, string? Rack, bool Fenced);
