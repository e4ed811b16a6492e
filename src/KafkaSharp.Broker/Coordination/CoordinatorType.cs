namespace KafkaSharp.Broker.Coordination;

/// <summary>The kind of coordinator a client looks for, numbered as in FindCoordinator.</summary>
internal enum CoordinatorType : sbyte
{
    Group = 0,
    Transaction = 1,
    Share = 2,
}
