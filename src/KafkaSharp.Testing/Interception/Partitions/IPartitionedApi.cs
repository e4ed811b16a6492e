namespace KafkaSharp.Testing.Interception.Partitions;

/// <summary>An API whose response has an error for each partition: a request can be handled in two parts.</summary>
internal interface IPartitionedApi<TRequest, TResponse>
{
    /// <summary>Moves the selected partitions (topic, partition) out of a request, into another request like it.</summary>
    TRequest Take(TRequest request, Func<string, int, bool> isSelected);

    /// <summary>Whether a request names no partition.</summary>
    bool IsEmpty(TRequest request);

    /// <summary>Adds the partitions of a response to another one.</summary>
    void Join(TResponse into, TResponse from);
}
