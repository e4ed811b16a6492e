using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// The steps that stop what was started, run in the reverse order of the start. A step that fails is logged, and the next one runs. The
/// start adds steps from one thread.
/// </summary>
internal sealed class ShutdownSequence(ILogger logger) : IAsyncDisposable
{
    private readonly Stack<(string Name, Func<ValueTask> Stop)> _steps = new();

    /// <param name="name">The step in the log, such as "Closing the logs".</param>
    /// <param name="stop">What it does.</param>
    public void Add(string name, Func<ValueTask> stop) => _steps.Push((name, stop));

    public void Add(string name, IDisposable disposable) => Add(name, () =>
    {
        disposable.Dispose();
        return ValueTask.CompletedTask;
    });

    public async ValueTask DisposeAsync()
    {
        while (_steps.TryPop(out var step))
        {
            try
            {
                await step.Stop();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                logger.StopStepFailed(step.Name, e);
            }
        }
    }
}
