using System.Buffers;
using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using KafkaSharp.Broker;
using KafkaSharp.Http.Control;
using KafkaSharp.Http.Serving;
using KafkaSharp.Server.Commands;
using KafkaSharp.Server.Logging;
using KafkaSharp.Testing;
using KafkaSharp.Testing.Time;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Server.Dev;

/// <summary>
/// <c>kafkasharp dev</c>: a test broker for programs in any language. It prints one line of JSON on standard output when it is ready, and
/// everything else on standard error.
/// </summary>
internal static class DevCommand
{
    private static readonly PosixSignal[] s_signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];

    public static Command Create()
    {
        var options = new DevOptions();
        var controlPort = new Option<int>("--control-port")
        {
            Description = "The port of the HTTP endpoint that controls faults, time and topics (GET /openapi.json describes it). "
                + "Default: a free one.",
            HelpName = "PORT",
        };
        var controlAddress = new Option<string>("--control-address")
        {
            Description = "The address of the HTTP endpoint. Whoever reaches it can do anything with the broker.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        var parent = new Option<int?>("--parent-pid")
        {
            Description = "Stop when the process with this id has ended.",
            HelpName = "PID",
        };
        var logLevel = LogLevelNames.CreateOption(LogLevel.Warning);
        var command = new Command(
            "dev",
            "Run a broker for tests, with its data in memory. When it is ready, it prints a line of JSON: bootstrapServers, control, pid.");
        options.AddTo(command);
        foreach (var option in (Option[])[controlPort, controlAddress, parent, logLevel])
            command.Options.Add(option);
        command.SetAction((result, cancellation) => RunAsync(
            result,
            () => new Settings(
                options.Read(result),
                EndPointOf(result.GetValue(controlAddress)!, result.GetValue(controlPort)),
                result.GetValue(parent),
                result.GetValue(logLevel)),
            cancellation));
        return command;
    }

    private static IPEndPoint EndPointOf(string address, int port) =>
        IPAddress.TryParse(address, out var parsed) && port is >= 0 and <= IPEndPoint.MaxPort
            ? new IPEndPoint(parsed, port)
            : throw new CommandException($"The HTTP endpoint needs an address such as 127.0.0.1 and a port, but has {address} and {port}.");

    private static async Task<int> RunAsync(ParseResult result, Func<Settings> read, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            var settings = read();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            // Kept after the stop has begun: a second signal must not end the process before.
            var signals = s_signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                stop.Cancel();
            })).ToList();
            using var loggers = ConsoleLogging.Create(Console.OpenStandardError(), settings.LogLevel, TimeProvider.System);
            await ServeAsync(settings, loggers, started, result.InvocationConfiguration.Output, stop.Token);
            GC.KeepAlive(signals);
            return 0;
        }
        catch (Exception e) when (e is CommandException or BrokerStartException or KafkaTestException)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"kafkasharp: {e.Message}");
            return 1;
        }
        catch (SocketException e)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"kafkasharp: the HTTP endpoint cannot listen: {e.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    private static async Task ServeAsync(
        Settings settings, ILoggerFactory loggers, long started, TextWriter output, CancellationToken stop)
    {
        settings.Broker.Loggers = loggers;
        await using var kafka = await KafkaTestBroker.StartAsync(settings.Broker, stop);
        using var api = new ControlApi(kafka, settings.Broker.Time as TestClock);
        await using var control = new HttpServer(
            settings.Control, api.HandleAsync, TimeProvider.System, loggers.CreateLogger(nameof(HttpServer)));
        await output.WriteLineAsync(ReadyLine(kafka, control.EndPoint, TimeProvider.System.GetElapsedTime(started)));
        await output.FlushAsync(stop);
        var parentEnded = settings.ParentId is { } parent
            ? ParentProcess.WaitForEndAsync(parent, TimeProvider.System, stop)
            : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        await parentEnded.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static string ReadyLine(KafkaTestBroker kafka, IPEndPoint control, TimeSpan startup)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("bootstrapServers", kafka.BootstrapServers);
            writer.WriteString("control", $"http://{control}");
            writer.WriteNumber("pid", Environment.ProcessId);
            writer.WriteString("version", typeof(DevCommand).Assembly.GetName().Version!.ToString(3));
            writer.WriteNumber("startupMs", (long)startup.TotalMilliseconds);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private sealed record Settings(KafkaTestBrokerOptions Broker, IPEndPoint Control, int? ParentId, LogLevel LogLevel);
}
