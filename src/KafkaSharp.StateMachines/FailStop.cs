namespace KafkaSharp.StateMachines;

/// <summary>
/// Guards the commands of a component that must not continue after a failure: the first exception is handed over once, and every later
/// command is dropped. Commands run on one event loop, which may be shared with other components.
/// </summary>
public sealed class FailStop
{
    /// <summary>Whether a command has failed or the component has stopped. Used on the loop only.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>Drops all later commands. On the loop only.</summary>
    public void Stop() => HasStopped = true;

    /// <summary>Runs a command now, unless the component has stopped. On the loop only.</summary>
    /// <param name="command">The command.</param>
    /// <param name="onFailure">Gets the exception if the command is the first that fails.</param>
    public void Run(Action command, Action<Exception> onFailure)
    {
        if (HasStopped)
            return;
        try
        {
            command();
        }
#pragma warning disable CA1031 // After any exception, the component cannot continue.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Stop();
            onFailure(e);
        }
    }

    /// <summary>Queues a command. From any thread.</summary>
    /// <param name="loop">The loop of the component, the same in each call.</param>
    /// <param name="command">The command.</param>
    /// <param name="onFailure">Gets the exception of the first command that fails, on the loop.</param>
    public void Post(EventLoop loop, Action command, Action<Exception> onFailure) => loop.Post(() => Run(command, onFailure));
}
