using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Hosting;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>A process that hosts a broker may have a synchronization context whose only thread waits for the broker.</summary>
internal sealed class SynchronizationContextTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly BrokerConfiguration s_configuration = BrokerConfiguration.Load(
        null, new Dictionary<string, string> { ["listeners"] = "PLAINTEXT://127.0.0.1:0", ["log.dirs"] = "/data" });

    [Test]
    public void A_broker_starts_and_stops_while_the_callers_context_is_blocked()
    {
        InBlockedContext(() =>
        {
            var environment = new BrokerEnvironment(
                new MemoryFileSystem(TimeProvider.System), TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
            var starting = KafkaBroker.StartAsync(s_configuration, environment);
            Assert.That(starting.Wait(s_patience), "the broker started");
            Assert.That(starting.Result.DisposeAsync().AsTask().Wait(s_patience), "the broker stopped");
        });
    }

    [Test]
    public void A_hosted_broker_starts_and_stops_while_the_callers_context_is_blocked()
    {
        InBlockedContext(() =>
        {
            var services =
                new ServiceCollection().AddKafkaBroker(s_configuration, new MemoryFileSystem(TimeProvider.System), new Random(1));
            var hosted = (IHostedService)services.Single().ImplementationFactory!(new Provider());
            Assert.That(hosted.StartAsync(CancellationToken.None).Wait(s_patience), "the broker started");
            Assert.That(hosted.StopAsync(CancellationToken.None).Wait(s_patience), "the broker stopped");
        });
    }

    private static void InBlockedContext(Action action)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new BlockedContext());
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Never runs what is posted to it.</summary>
    private sealed class BlockedContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }

    private sealed class Provider : IServiceProvider
    {
        public object? GetService(Type serviceType) =>
            serviceType == typeof(TimeProvider) ? TimeProvider.System
            : serviceType == typeof(ILoggerFactory) ? NullLoggerFactory.Instance
            : serviceType == typeof(IHostApplicationLifetime) ? new UnusedLifetime()
            : null;
    }

    private sealed class UnusedLifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
