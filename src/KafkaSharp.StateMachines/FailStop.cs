namespace KafkaSharp.StateMachines;

/// <summary>
/// Guards the commands of a component that must not go on after a failure: the first exception is handed over once, and every later command
/// is dropped.
/// Commands run on one event loop, which may be shared with other components.
/// </summary>
public sealed class FailStop
{
    // Used on the loop only.
    private bool _failed;

    /// <summary>Queues a command. From any thread.</summary>
    /// <param name="loop">The loop of the component, the same in each call.</param>
    /// <param name="command">The command.</param>
    /// <param name="onFailure">Gets the exception of the first command that fails, on the loop.</param>
    public void Post(EventLoop loop, Action command, Action<Exception> onFailure) => loop.Post(() =>
    {
        if (_failed)
            return;
        try
        {
            command();
        }
#pragma warning disable CA1031 // After any exception, the component cannot continue.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failed = true;
            onFailure(e);
        }
    });
}
