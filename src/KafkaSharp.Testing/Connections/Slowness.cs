using KafkaSharp.Testing.Faults;

namespace KafkaSharp.Testing.Connections;

/// <summary>How a response is sent slowly. The end of the fault ends it, also in the middle of a response.</summary>
/// <param name="fault">The fault.</param>
/// <param name="drip">Its action.</param>
/// <param name="time">The clock of the pauses.</param>
internal sealed class Slowness(ActiveFault fault, FaultAction.Drip drip, TimeProvider time)
{
    /// <summary>How many bytes are sent at once.</summary>
    public int Bytes => fault.Removed.IsCompleted ? int.MaxValue : drip.Bytes;

    public Task PauseAsync() =>
        fault.Removed.IsCompleted ? Task.CompletedTask : Task.WhenAny(Task.Delay(drip.Pause, time), fault.Removed);
}
