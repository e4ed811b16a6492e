namespace KafkaSharp.StateMachines;

/// <summary>
/// One command of an <see cref="EventLoop"/>. <see cref="Run"/> is called once, on the loop. <see cref="Abort"/> is called instead of it
/// when the loop has stopped (on the loop, or on the posting thread), or after it when it threw. A command that has a response derives from
/// this class, so that command and response are one object.
/// </summary>
public abstract class LoopCommand
{
    public abstract void Run();

    /// <summary>The loop has stopped or the command threw: ends the wait for the response.</summary>
    public abstract void Abort(Exception reason);
}
