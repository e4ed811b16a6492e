using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>Makes the JoinGroup responses of a completed join phase.</summary>
internal static class JoinResponses
{
    /// <summary>The response to a member of the current generation; only the leader receives the subscriptions of all members.</summary>
    public static JoinGroupResponse Of(ClassicGroup group, string memberId) => new()
    {
        MemberId = memberId,
        GenerationId = group.GenerationId,
        ProtocolType = group.ProtocolType,
        ProtocolName = group.ProtocolName,
        Leader = group.LeaderId ?? "",
        Members = group.IsLeader(memberId) ? MemberList(group) : [],
    };

    public static List<JoinGroupResponse.JoinGroupResponseMember> MemberList(ClassicGroup group)
    {
        var members = new List<JoinGroupResponse.JoinGroupResponseMember>(group.Members.Count);
        foreach (var member in group.MembersInOrder)
        {
            members.Add(new JoinGroupResponse.JoinGroupResponseMember
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                Metadata = member.Metadata(group.ProtocolName ?? ""),
            });
        }
        return members;
    }
}
