using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>Both directions. Used on the shard's event loop.</summary>
internal sealed class ProtocolMigration(GroupUpgrade upgrade, GroupDowngrade downgrade) : IProtocolMigration
{
    public HeartbeatError? Upgrade(Group classic, List<GroupRecord> records, out ConsumerGroup group) =>
        upgrade.Upgrade((ClassicGroup)classic, records, out group);

    public CommandResult<GroupRecord>? Downgrade(ConsumerGroup group, IReadOnlyCollection<ConsumerGroupMember> leaving) =>
        downgrade.IsDueWithout(group, leaving) ? downgrade.Leave(group, leaving) : null;
}
