namespace KafkaSharp.Broker.Handlers;

/// <summary>
/// The operations a principal may do, as answers show them: a bit per operation id (KIP-430). Without an authorizer all of them.
/// </summary>
static class AuthorizedOperations
{
    /// <summary>Not asked for.</summary>
    public const int Omitted = int.MinValue;

    /// <summary>Read, write, create, delete, alter, describe, describe and alter configs.</summary>
    public const int AllOnTopic = 3576;

    /// <summary>Read, delete, describe, describe and alter configs.</summary>
    public const int AllOnGroup = 3400;

    /// <summary>Create, alter, describe, cluster action, describe and alter configs, idempotent write.</summary>
    public const int AllOnCluster = 8096;
}
