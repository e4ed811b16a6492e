using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>Makes the record of a classic group, as Kafka's <c>GroupCoordinatorRecordHelpers</c> does.</summary>
internal static class GroupMetadata
{
    /// <summary>The group as it is now, with the given assignment of each member.</summary>
    public static GroupMetadataRecord Of(ClassicGroup group, IReadOnlyDictionary<string, byte[]> assignments)
    {
        var members = new List<GroupMetadataValue.MemberMetadata>(group.Members.Count);
        foreach (var member in group.MembersInOrder)
        {
            members.Add(new GroupMetadataValue.MemberMetadata
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                RebalanceTimeout = member.RebalanceTimeoutMs,
                SessionTimeout = member.SessionTimeoutMs,
                Subscription = member.Metadata(group.ProtocolName!),
                Assignment = assignments[member.MemberId],
            });
        }
        return new GroupMetadataRecord(group.GroupId, new GroupMetadataValue
        {
            ProtocolType = group.ProtocolTypeOrEmpty,
            Generation = group.GenerationId,
            Protocol = group.ProtocolName,
            Leader = group.LeaderId,
            CurrentStateTimestamp = group.CurrentStateTimestampMs ?? -1,
            Members = members,
        });
    }

    /// <summary>A group without members.</summary>
    public static GroupMetadataRecord OfNew(ClassicGroup group) => new(group.GroupId, new GroupMetadataValue
    {
        ProtocolType = "",
        Generation = 0,
        Protocol = null,
        Leader = null,
        CurrentStateTimestamp = group.CurrentStateTimestampMs ?? -1,
        Members = [],
    });
}
