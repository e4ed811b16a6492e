using System.CommandLine;
using KafkaSharp.Broker;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Hosting;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Server.Logging;
using KafkaSharp.Server.Memory;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace KafkaSharp.Server.Commands;

/// <summary><c>kafkasharp start</c>: runs the broker until SIGTERM or Ctrl-C.</summary>
internal static class StartCommand
{
    public static Command Create()
    {
        var config = new ConfigOptions();
        var logLevel = LogLevelNames.CreateOption(LogLevel.Information);
        var command = new Command(
            "start",
            "Run the broker. Without a configuration: a single node on 127.0.0.1:9092 with its data in ./kafkasharp-data.");
        config.AddTo(command);
        command.Options.Add(logLevel);
        command.SetAction((result, cancellation) => RunAsync(result, config, result.GetValue(logLevel), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, ConfigOptions options, LogLevel level, CancellationToken cancellation)
    {
        var error = result.InvocationConfiguration.Error;
        try
        {
            var (file, overrides) = options.Read(result);
            var configuration = BrokerConfiguration.Load(file, overrides);
            using var loggers = ConsoleLogging.Create(level, TimeProvider.System);
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            builder.Services.AddSingleton<ILoggerFactory>(loggers);
            // Registered as instances, for the same reason as the logger factory (see ConsoleLogging).
            builder.Services.AddSingleton<ILogger<ApplicationLifetime>>(new Logger<ApplicationLifetime>(loggers));
            builder.Services.AddSingleton(Options.Create(new HostOptions()));
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddSingleton<IHostLifetime, SignalLifetime>();
            builder.Services.AddKafkaBroker(configuration, new PhysicalFileSystem(), SystemRandom.Create());
            using var host = builder.Build();
            using var memory = new IdleMemoryRelease(new ProcessHeap(), BufferPool.Shared, TimeProvider.System);
            try
            {
                await host.StartAsync(cancellation);
                if (result.GetValue(options.FromEnvironment))
                    loggers.CreateLogger("KafkaSharp").ServesInContainer(configuration.NodeId);
                await host.WaitForShutdownAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                // A signal arrived during the start. Stop the services that have started.
                await host.StopAsync(CancellationToken.None);
            }
            // The broker sets the exit code if it stops because of a failure.
            return Environment.ExitCode;
        }
        catch (Exception e) when (e is CommandException or BrokerStartException)
        {
            await error.WriteLineAsync($"kafkasharp: {e.Message}");
            return 1;
        }
    }
}
