using KafkaSharp.Broker.Requests;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Transports;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker;

/// <summary>The resources that a broker gets from outside, so that a test can replace them.</summary>
/// <param name="Files">The file system of logs, checkpoints and metadata.</param>
/// <param name="Time">The clock of timeouts, timestamps and timers.</param>
/// <param name="Random">The source of ids and jitter. It is shared: lock it to draw from it.</param>
/// <param name="Loggers">Makes the loggers of all components.</param>
/// <param name="Interceptor">Stands before the handlers of all requests; null for none.</param>
/// <param name="Transports">Makes the transports of a listener's connections; null for those of its security protocol.</param>
/// <param name="WaitTime">
/// The clock of requests that wait for records or replicas as long as their client asks for; null for <paramref name="Time"/>.
/// </param>
public sealed record BrokerEnvironment(
    IFileSystem Files,
    TimeProvider Time,
    Random Random,
    ILoggerFactory Loggers,
    IRequestInterceptor? Interceptor = null,
    Func<ListenerOptions, ITransportFactory>? Transports = null,
    TimeProvider? WaitTime = null);
