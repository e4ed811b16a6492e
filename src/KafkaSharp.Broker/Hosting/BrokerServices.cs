using KafkaSharp.Broker.Configuration;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>Puts a broker into a generic host: it starts and stops with it.</summary>
public static class BrokerServices
{
    public static IServiceCollection AddKafkaBroker(
        this IServiceCollection services, BrokerConfiguration configuration, IFileSystem files, Random random) =>
        services.AddSingleton<IHostedService>(provider => new KafkaBrokerService(
            configuration,
            new BrokerEnvironment(
                files, provider.GetRequiredService<TimeProvider>(), random, provider.GetRequiredService<ILoggerFactory>()),
            provider.GetRequiredService<IHostApplicationLifetime>()));

    private sealed class KafkaBrokerService(
        BrokerConfiguration configuration, BrokerEnvironment environment, IHostApplicationLifetime lifetime)
        : IHostedService
    {
        private KafkaBroker? _broker;

        // On the thread pool: see decision 21.
        public Task StartAsync(CancellationToken cancellationToken) => Task.Run(
            async () =>
            {
                _broker = await KafkaBroker.StartAsync(configuration, environment, cancellationToken);
                _ = StopWhenItFailsAsync(_broker);
            },
            CancellationToken.None);

        public Task StopAsync(CancellationToken cancellationToken) => _broker?.DisposeAsync().AsTask() ?? Task.CompletedTask;

        private async Task StopWhenItFailsAsync(KafkaBroker broker)
        {
            await broker.Failed;
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }
}
