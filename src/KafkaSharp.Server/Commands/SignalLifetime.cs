using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace KafkaSharp.Server.Commands;

/// <summary>Ends the host on SIGTERM, SIGINT or SIGQUIT: the broker drains and the process exits 0. A second signal ends it at once.</summary>
sealed class SignalLifetime(IHostApplicationLifetime lifetime) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = !lifetime.ApplicationStopping.IsCancellationRequested;
        lifetime.StopApplication();
    }
}
