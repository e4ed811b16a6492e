using KafkaSharp.Configuration;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Storage.Manager;

/// <summary>What opening a <see cref="LogManager"/> takes.</summary>
public sealed record LogManagerOptions
{
    public required IFileSystem FileSystem { get; init; }

    /// <summary>log.dirs, as absolute paths.</summary>
    public required IReadOnlyList<string> Directories { get; init; }

    /// <summary>The broker's configuration: the keys of <see cref="LogManagerConfigs"/>, and the topics' defaults (<see cref="BrokerLogConfigs"/>).</summary>
    public ConfigValues BrokerConfig { get; init; } = ConfigValues.Empty;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Draws unique names and the jitter of rolls; used under a lock.</summary>
    public required Random Random { get; init; }

    /// <summary>Told once when a directory has failed, with the partitions that are offline by it. On the thread that met the failure.</summary>
    public Action<LogDirectoryFailure>? DirectoryFailed { get; init; }

    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
