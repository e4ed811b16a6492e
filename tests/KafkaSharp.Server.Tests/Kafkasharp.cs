using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Server.Tests;

/// <summary>A process of the built kafkasharp. Dispose kills it by its process id.</summary>
internal sealed class Kafkasharp : IDisposable
{
    public const int Sighup = 1;
    public const int Sigterm = 15;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly object _gate = new();
    private readonly List<string> _output = [];
    private readonly List<string> _error = [];

    private Kafkasharp(string folder, string[] arguments, IReadOnlyDictionary<string, string>? variables = null)
        : this(folder, "dotnet", [Path.Combine(AppContext.BaseDirectory, "kafkasharp.dll"), .. arguments], variables)
    {
    }

    private Kafkasharp(string folder, string program, string[] arguments, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IReadOnlyList<string> Output => Copy(_output);

    public IReadOnlyList<string> Error => Copy(_error);

    /// <summary>Runs a command and waits until it exits.</summary>
    public static async Task<CommandResult> RunAsync(string folder, params string[] arguments)
    {
        using var process = new Kafkasharp(folder, arguments);
        return await process.WaitForExitAsync();
    }

    /// <summary>Starts a broker and waits until it logs that it accepts requests.</summary>
    public static Task<Kafkasharp> ServingAsync(string folder, params string[] arguments) =>
        StartAsync(folder, "KafkaSharp serves on", arguments);

    /// <summary>Starts a broker and waits for a text in its log.</summary>
    public static Task<Kafkasharp> StartAsync(string folder, string line, params string[] arguments) =>
        RunUntilAsync(folder, line, ["start", .. arguments]);

    /// <summary>Runs a command and waits for a text in its output.</summary>
    public static async Task<Kafkasharp> RunUntilAsync(
        string folder, string line, string[] arguments, IReadOnlyDictionary<string, string>? variables = null)
    {
        var process = new Kafkasharp(folder, arguments, variables);
        await process.WaitForLogAsync(line);
        return process;
    }

    /// <summary>Starts a broker whose standard streams are closed, as some supervisors do, and waits until it responds.</summary>
    public static async Task<Kafkasharp> StartWithoutStreamsAsync(string folder, int port, params string[] arguments)
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "kafkasharp.dll"), "start", .. arguments];
        var process = new Kafkasharp(folder, "sh", ["-c", "exec \"$@\" <&- >&- 2>&-", "sh", .. command]);
        await Eventually.True(() => process._process.HasExited || Accepts(port), "a broker without standard streams", s_patience);
        return process;
    }

    /// <summary>Waits for a log line that contains the text.</summary>
    public async Task WaitForLogAsync(string text)
    {
        await Eventually.True(() => Output.Any(line => line.Contains(text)) || _process.HasExited, $"the line '{text}'", s_patience);
        if (_process.HasExited)
        {
            var ended = await WaitForExitAsync();
            Assert.That(ended.OutputText, Does.Contain(text), $"It ended with {ended.ExitCode}:\n{ended.ErrorText}");
        }
    }

    /// <summary>The port of a listener, from the log.</summary>
    public int Port(string listener = "PLAINTEXT")
    {
        var line = Output.Single(text => text.Contains("KafkaSharp serves on"));
        var endpoint = line[(line.IndexOf(listener + "://", StringComparison.Ordinal) + listener.Length + 3)..].Split(',', ' ')[0];
        return IPEndPoint.Parse(endpoint).Port;
    }

    public async Task<CommandResult> TerminateAsync(int signal = Sigterm)
    {
        Terminate(signal);
        return await WaitForExitAsync();
    }

    /// <summary>Sends a signal and returns immediately.</summary>
    public void Terminate(int signal = Sigterm)
    {
        if (Kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"kill: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public async Task<CommandResult> WaitForExitAsync()
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

    /// <summary>A currently free port of 127.0.0.1.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Accepts(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // The kill command is not installed on every machine.
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
