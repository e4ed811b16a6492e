namespace KafkaSharp.Broker.Lanes;

/// <summary>
/// A source of work among which <see cref="WorkLanes"/> shares processor time: one for each connection. Its items run one after another in the order
/// they came. Holds no thread and no memory of its lanes; used by them under their lock.
/// </summary>
public sealed class LaneFlow
{
    /// <summary>Processor time used, in timestamp ticks, counted on from where the others were when it last became active.</summary>
    internal long Used { get; set; }

    /// <summary>The item that runs or is the next to run; null while there is none.</summary>
    internal LaneItem? Current { get; set; }

    /// <summary>Items behind <see cref="Current"/>.</summary>
    internal Queue<LaneItem>? Waiting { get; set; }
}
