using KafkaSharp.Coordinators.Assignors;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>What the consumer groups of one shard share. Used on the shard's event loop.</summary>
internal sealed class ConsumerContext(
    ShardContext<GroupRecord> shard, ConsumerGroupConfig config, ShardMetadata metadata, Func<Guid> newGuid)
{
    private static readonly IPartitionAssignor[] _assignors = [new UniformAssignor(), new RangeAssignor()];

    public ShardContext<GroupRecord> Shard { get; } = shard;

    public ConsumerGroupConfig Config { get; } = config;

    public ShardMetadata Metadata { get; } = metadata;

    public MetadataImage Image => Metadata.Image;

    public ILogger Log => Shard.Log;

    /// <summary>Milliseconds since 1970.</summary>
    public long NowMs => Shard.NowMs;

    /// <summary>A member id for clients that do not make one themselves (version 0).</summary>
    public string NewMemberId() => Uuid.Read(newGuid().ToByteArray()).ToString();

    /// <summary>The assignor of that name, or the default one.</summary>
    public IPartitionAssignor Assignor(string? name) =>
        Array.Find(_assignors, assignor => assignor.Name == name)
        ?? Array.Find(_assignors, assignor => assignor.Name == Config.Assignors[0])!;
}
