namespace KafkaSharp.Metadata.Controller.Brokers;

/// <summary>Where a broker is in its life, as the controller sees it.</summary>
internal enum BrokerControlState
{
    Fenced,
    Unfenced,

    /// <summary>It asked to stop and hands over what it leads.</summary>
    ControlledShutdown,

    /// <summary>It may go.</summary>
    ShutdownNow,
}
