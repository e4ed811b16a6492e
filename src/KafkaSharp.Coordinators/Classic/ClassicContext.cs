using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>What the classic groups of one shard share. Used on the shard's event loop, and by one loading thread before that.</summary>
/// <param name="shard">The shard.</param>
/// <param name="config">Timeouts and limits.</param>
/// <param name="newGuid">Makes the part of member ids that must not be guessable.</param>
internal sealed class ClassicContext(ShardContext<GroupRecord> shard, GroupCoordinatorConfig config, Func<Guid> newGuid)
{
    public GroupCoordinatorConfig Config { get; } = config;

    public ILogger Log => shard.Log;

    /// <summary>Milliseconds since 1970.</summary>
    public long NowMs => shard.NowMs;

    public Guid NewGuid() => newGuid();

    public ShardTimer<GroupRecord> NewTimer(string name) => shard.NewTimer(name);
}
