namespace KafkaSharp.Testing.Faults;

/// <summary>What a fault affects.</summary>
internal enum FaultSubject
{
    Request,
    Connection,
    Disk,
}
