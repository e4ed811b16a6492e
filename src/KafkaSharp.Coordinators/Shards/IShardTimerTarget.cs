namespace KafkaSharp.Coordinators.Shards;

/// <summary>Turns a passed deadline into a command of its shard.</summary>
interface IShardTimerTarget
{
    void OnExpired(ShardTimer timer);
}
