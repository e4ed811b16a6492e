using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>What a broker takes from the world: files, time, randomness and a place for its log lines. A test gives others than a server.</summary>
public sealed record BrokerEnvironment(IFileSystem Files, TimeProvider Time, Random Random, ILoggerFactory Loggers);
