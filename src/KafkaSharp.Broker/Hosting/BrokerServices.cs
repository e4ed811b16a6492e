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
            new BrokerEnvironment(files, provider.GetRequiredService<TimeProvider>(), random, provider.GetRequiredService<ILoggerFactory>()),
            provider.GetRequiredService<IHostApplicationLifetime>()));

    private sealed class KafkaBrokerService(BrokerConfiguration configuration, BrokerEnvironment environment, IHostApplicationLifetime lifetime)
        : IHostedService
    {
        private KafkaBroker? _broker;

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            _broker = await KafkaBroker.StartAsync(configuration, environment, cancellationToken).ConfigureAwait(false);
            _ = StopWhenItFailsAsync(_broker);
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            if (_broker is not null)
                await _broker.DisposeAsync().ConfigureAwait(false);
        }

        private async Task StopWhenItFailsAsync(KafkaBroker broker)
        {
            await broker.Failed.ConfigureAwait(false);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }
}
