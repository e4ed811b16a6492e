using KafkaSharp.Protocol;

namespace KafkaSharp.StateMachines;

/// <summary>A command whose response waits for the commit of its records. Used on the event loop only.</summary>
/// <param name="name">Its name in logs and errors.</param>
/// <param name="deadline">When the wait ends, as a timestamp of the loop's clock.</param>
internal abstract class PendingCommand(string name, long deadline) : LoopCommand
{
    public string Name { get; } = name;

    public long Deadline { get; } = deadline;

    /// <summary>The offset up to which the log must be committed.</summary>
    public long EndOffset { get; protected set; }

    /// <summary>The number of the command among those that wait, and its place among them. Set by <see cref="PendingCommands"/>.</summary>
    internal long Number { get; set; }

    internal LinkedListNode<PendingCommand>? Place { get; set; }

    public abstract void Complete();

    public void TimeOut() =>
        Abort(new StateMachineException(ErrorCode.RequestTimedOut, $"{Name} was not committed within its timeout"));
}
