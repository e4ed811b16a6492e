using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>What the runtime provides to one shard. Used on the shard's event loop, and by one loading thread before that.</summary>
/// <param name="partition">The partition of the coordinator's topic.</param>
/// <param name="loop">The shard's event loop.</param>
/// <param name="undo">Undoes what commands and their replay changed when the records are not written.</param>
/// <param name="post">Runs a command that has no caller.</param>
/// <param name="leaderEpoch">The epoch in which this broker leads the partition.</param>
/// <param name="background">Runs work outside the event loop.</param>
/// <param name="log">Receives log messages.</param>
internal sealed class ShardContext<TRecord>(
    int partition, EventLoop loop, UndoLog undo, Action<string, Func<CommandResult<TRecord>>> post, Func<int> leaderEpoch,
    Action<Action> background, ILogger log)
    where TRecord : class
{
    /// <summary>The partition of the coordinator's topic.</summary>
    public int Partition { get; } = partition;

    /// <summary>The epoch in which this broker leads the partition; it may rise while the shard runs.</summary>
    public int LeaderEpoch => leaderEpoch();

    /// <summary>Undoes what commands and their replay changed when the records are not written.</summary>
    public UndoLog Undo { get; } = undo;

    public ILogger Log { get; } = log;

    public TimeProvider Time => loop.Time;

    /// <summary>Milliseconds since 1970.</summary>
    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A timer whose expiry is a command of this shard.</summary>
    /// <param name="name">The command's name in logs.</param>
    public ShardTimer<TRecord> NewTimer(string name) => new(loop, post, name);

    /// <summary>Runs a command of the shard itself soon; a failure is logged.</summary>
    public void Post(string name, Func<CommandResult<TRecord>> command) => post(name, command);

    /// <summary>Runs work that is too long for the event loop; it must not use the state of the shard, and must not throw.</summary>
    public void RunInBackground(Action work) => background(work);
}
