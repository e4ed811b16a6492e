using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// How a group changes between the classic and the consumer protocol while it has members. Used on the shard's event loop.
/// </summary>
internal interface IProtocolMigration
{
    /// <summary>
    /// Adds the records with which a classic group that has members becomes a consumer group. The group is as it will be when they are
    /// replayed. Returns why it is not possible.
    /// </summary>
    HeartbeatError? Upgrade(Group classic, List<GroupRecord> records, out ConsumerGroup group);

    /// <summary>
    /// Makes the records with which a group becomes classic because members leave it; null when it remains a consumer group.
    /// </summary>
    CommandResult<GroupRecord>? Downgrade(ConsumerGroup group, IReadOnlyCollection<ConsumerGroupMember> leaving);
}
