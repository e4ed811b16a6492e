using KafkaSharp.Broker.Configuration;
using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// What all stages of a broker's start have in common. The stages are built one from another, logs (<see cref="LogStage"/>), quorum
/// (<see cref="QuorumStage"/>), services (<see cref="ServiceStage"/>), and each adds to <see cref="Shutdown"/> how it stops.
/// </summary>
/// <param name="Configuration">The broker's configuration.</param>
/// <param name="Environment">Files, clock, randomness, loggers.</param>
/// <param name="Directories">The formatted log directories.</param>
/// <param name="Advertised">The addresses that clients and controllers get.</param>
internal sealed record BrokerContext(
    BrokerConfiguration Configuration, BrokerEnvironment Environment, LogDirectories Directories, AdvertisedEndpoints Advertised)
{
    /// <summary>Identifies this start of the broker among the registrations of its node id.</summary>
    public Uuid Incarnation { get; } = Uuid.Random(Environment.Random);

    public BrokerFailure Failure { get; } = new(Environment.Loggers.CreateLogger<BrokerFailure>());

    public ShutdownSequence Shutdown { get; } = new(Environment.Loggers.CreateLogger<ShutdownSequence>());

    public ILogger<T> LoggerOf<T>() => Environment.Loggers.CreateLogger<T>();
}
