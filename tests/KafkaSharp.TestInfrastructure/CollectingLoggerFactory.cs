using Microsoft.Extensions.Logging;

namespace KafkaSharp.TestInfrastructure;

/// <summary>Gives every category the same logger.</summary>
public sealed class CollectingLoggerFactory(CollectingLogger logger) : ILoggerFactory
{
    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => logger;

    public void Dispose()
    {
    }
}
