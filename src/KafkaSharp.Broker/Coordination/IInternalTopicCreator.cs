namespace KafkaSharp.Broker.Coordination;

/// <summary>Creates the topics that coordinators keep their state in, when they are first needed.</summary>
interface IInternalTopicCreator
{
    /// <summary>
    /// Has the topic created unless it is there or being created, and waits until this broker's own metadata shows it, though not for long.
    /// Never throws: whoever needs the topic looks whether it is there.
    /// </summary>
    Task EnsureAsync(string topic);
}
