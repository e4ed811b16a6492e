using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Server.Tests;

/// <summary>A process of the built kafkasharp, as a script would run it. Disposing it ends the process, by its own id.</summary>
sealed class Kafkasharp : IDisposable
{
    private const int Sigterm = 15;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly object _gate = new();
    private readonly List<string> _output = [];
    private readonly List<string> _error = [];

    private Kafkasharp(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "kafkasharp.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IReadOnlyList<string> Output => Copy(_output);

    public IReadOnlyList<string> Error => Copy(_error);

    /// <summary>Runs a command to its end.</summary>
    public static async Task<CommandResult> RunAsync(string folder, params string[] arguments)
    {
        using var process = new Kafkasharp(folder, arguments);
        return await process.EndedAsync();
    }

    /// <summary>Starts a broker and returns when it says that it serves.</summary>
    public static Task<Kafkasharp> ServingAsync(string folder, params string[] arguments) => StartAsync(folder, "KafkaSharp serves on", arguments);

    /// <summary>Starts a broker and returns when it says something.</summary>
    public static async Task<Kafkasharp> StartAsync(string folder, string line, params string[] arguments)
    {
        var process = new Kafkasharp(folder, ["start", .. arguments]);
        await process.SaysAsync(line);
        return process;
    }

    /// <summary>Returns when a line of the log has this in it.</summary>
    public async Task SaysAsync(string text)
    {
        await Eventually.True(() => Output.Any(line => line.Contains(text)) || _process.HasExited, $"the line '{text}'", s_patience);
        if (_process.HasExited)
        {
            var ended = await EndedAsync();
            Assert.That(ended.OutputText, Does.Contain(text), $"It ended with {ended.ExitCode}:\n{ended.ErrorText}");
        }
    }

    /// <summary>The port that one listener is bound to, as the log says.</summary>
    public int Port(string listener = "PLAINTEXT")
    {
        var line = Output.Single(text => text.Contains("KafkaSharp serves on"));
        var endpoint = line[(line.IndexOf(listener + "://", StringComparison.Ordinal) + listener.Length + 3)..].Split(',', ' ')[0];
        return IPEndPoint.Parse(endpoint).Port;
    }

    public async Task<CommandResult> TerminateAsync()
    {
        Terminate();
        return await EndedAsync();
    }

    /// <summary>Sends SIGTERM and waits for nothing.</summary>
    public void Terminate()
    {
        if (Kill(_process.Id, Sigterm) != 0)
            throw new InvalidOperationException($"kill: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public async Task<CommandResult> EndedAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        return new CommandResult(_process.ExitCode, Output, Error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    /// <summary>A port of 127.0.0.1 that is free now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // The program kill is not on every machine.
    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int processId, int signal);

    private void Keep(List<string> lines, string? line)
    {
        if (line is null)
            return;
        lock (_gate)
            lines.Add(line);
    }

    private string[] Copy(List<string> lines)
    {
        lock (_gate)
            return [.. lines];
    }
}
