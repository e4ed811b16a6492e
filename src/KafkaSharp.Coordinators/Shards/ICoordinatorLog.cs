using KafkaSharp.Coordinators.Records;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Shards;

/// <summary>
/// The log of one shard, and what it holds to write to it. Disposed on the shard's loop when nothing is written any more.
/// </summary>
public interface ICoordinatorLog : IStateMachineLog<CoordinatorRecord>, IDisposable;
