namespace KafkaSharp.StateMachines;

/// <summary>
/// One command of an <see cref="EventLoop"/>. <see cref="Run"/> is called once, on the loop; <see cref="Abort"/> instead of it when the
/// loop has stopped (on the loop, or on the thread of whoever posts then), or after it when it threw. A command that answers someone derives
/// from this so that command and answer are one object.
/// </summary>
public abstract class LoopCommand
{
    public abstract void Run();

    /// <summary>The loop has stopped or the command threw: whoever waits for it must be told.</summary>
    public abstract void Abort(Exception reason);
}
