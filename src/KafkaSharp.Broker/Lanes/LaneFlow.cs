namespace KafkaSharp.Broker.Lanes;

/// <summary>
/// The work of one connection. <see cref="WorkLanes"/> divides processor time evenly among flows. The items of a flow run one after
/// another, in order. Used by the lanes under their lock.
/// </summary>
public sealed class LaneFlow
{
    /// <summary>
    /// The processor time used, in timestamp ticks. When the flow becomes active it starts at least at the value of the active flows.
    /// </summary>
    internal long Used { get; set; }

    /// <summary>The item that runs or is the next to run; null while there is none.</summary>
    internal LaneItem? Current { get; set; }

    /// <summary>Items behind <see cref="Current"/>.</summary>
    internal Queue<LaneItem>? Waiting { get; set; }
}
