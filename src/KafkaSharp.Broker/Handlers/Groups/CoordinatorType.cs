namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>What a client looks for a coordinator of, as FindCoordinator numbers it.</summary>
enum CoordinatorType : sbyte
{
    Group = 0,
    Transaction = 1,
    Share = 2,
}
