using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace KafkaSharp.Server.Commands;

/// <summary>
/// Ends the host on SIGTERM, SIGINT or SIGQUIT: the broker drains and the process exits 0. Further signals change nothing, as in a JVM: who signals a
/// group of processes (<c>timeout</c>, <c>dotnet run</c>) often does so twice, and that must not cost the stop in order.
/// </summary>
sealed class SignalLifetime(IHostApplicationLifetime lifetime) : IHostLifetime
{
    // Until the process is gone: a second signal may come when all is stopped but its exit.
    private static readonly List<PosixSignalRegistration> s_registrations = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            s_registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        lifetime.StopApplication();
    }
}
