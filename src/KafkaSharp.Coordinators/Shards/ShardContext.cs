using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Shards;

/// <summary>What the rooms of one shard share.</summary>
sealed class ShardContext(
    EventLoop loop, IShardTimerTarget timerTarget, GroupCoordinatorConfig config, Func<Guid> newGuid, ILogger log)
{
    public GroupCoordinatorConfig Config { get; } = config;

    public ILogger Log { get; } = log;

    /// <summary>Milliseconds since 1970.</summary>
    public long NowMs => loop.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public Guid NewGuid() => newGuid();

    public ShardTimer NewTimer(string name) => new(loop, timerTarget, name);
}
