using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Storage.Manager;

/// <summary>The options of a <see cref="LogManager"/>.</summary>
public sealed record LogManagerOptions
{
    public required IFileSystem FileSystem { get; init; }

    /// <summary>log.dirs, as absolute paths.</summary>
    public required IReadOnlyList<string> Directories { get; init; }

    /// <summary>
    /// The broker's configuration: the keys of <see cref="LogManagerConfigs"/>, and the topics' defaults (<see cref="BrokerLogConfigs"/>).
    /// </summary>
    public ConfigValues BrokerConfig { get; init; } = ConfigValues.Empty;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Draws unique names and the jitter of rolls; used under a lock.</summary>
    public required Random Random { get; init; }

    /// <summary>Called once when a directory has failed, with its partitions, on the thread on which the failure occurred.</summary>
    public Action<LogDirectoryFailure>? DirectoryFailed { get; init; }

    /// <summary>
    /// Runs work that waits for the disk; null for threads of the manager. A simulation runs it in an order of its own; the directories are
    /// opened one after another then.
    /// </summary>
    public Action<Action>? Background { get; init; }

    /// <summary>Hashes partitions; null for their own hash, which differs between processes: a simulation must be repeatable.</summary>
    public IEqualityComparer<TopicPartition>? PartitionComparer { get; init; }

    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
