using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace KafkaSharp.Server.Commands;

/// <summary>
/// Stops the host on SIGTERM, SIGINT, SIGQUIT, and on SIGHUP, which the system sends when the terminal is closed: the broker shuts down in
/// order and the process exits with code 0. Further signals have no effect, as in a JVM: programs that signal a process group
/// (<c>timeout</c>, <c>dotnet run</c>) often send the signal twice, and the second one must not interrupt the shutdown. A signal that was
/// ignored when the process started stays ignored, so <c>nohup</c> works.
/// </summary>
internal sealed class SignalLifetime(IHostApplicationLifetime lifetime) : IHostLifetime
{
    private static readonly PosixSignal[] s_signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];

    // Kept until the process exits: a second signal can arrive after the host has stopped.
    private static readonly List<PosixSignalRegistration> s_registrations = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in s_signals)
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
