using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>Whether a classic member may do what it asks of a consumer group, with the errors of Kafka's broker. Stateless.</summary>
internal static class ClassicMembership
{
    /// <summary>Whether the group may take a member in: its size, and that it shares a protocol with the members.</summary>
    public static ErrorCode CheckJoin(ConsumerGroup group, string memberId, JoinGroupRequest request, int maxSize) =>
        ConsumerMembership.CheckSize(group, memberId, maxSize) is { } full ? full.ErrorCode
        : SupportsProtocols(group, request) ? ErrorCode.None
        : ErrorCode.InconsistentGroupProtocol;

    /// <summary>The member that a request is about; it must use the classic protocol, and its generation is its epoch.</summary>
    public static ErrorCode Find(
        ConsumerGroup group, string memberId, string? instanceId, int generationId, out ConsumerGroupMember member)
    {
        var error = Find(group, memberId, instanceId, out member);
        return error != ErrorCode.None ? error
            : !member.UsesClassicProtocol ? ErrorCode.UnknownMemberId
            : member.MemberEpoch != generationId ? ErrorCode.IllegalGeneration
            : ErrorCode.None;
    }

    /// <summary>The member of that id, or of that instance id if one is given.</summary>
    public static ErrorCode Find(ConsumerGroup group, string memberId, string? instanceId, out ConsumerGroupMember member)
    {
        var found = instanceId is null ? group.Find(memberId) : group.FindStatic(instanceId);
        member = found ?? new ConsumerGroupMember(memberId);
        return found is null ? ErrorCode.UnknownMemberId
            : found.MemberId != memberId ? ErrorCode.FencedInstanceId
            : ErrorCode.None;
    }

    /// <summary>
    /// Whether a member must join again before it may continue. One that has partitions to give up has joined already: it gives them up
    /// first.
    /// </summary>
    public static bool MustRejoin(ConsumerGroup group, ConsumerGroupMember member) =>
        group.TargetEpoch > member.MemberEpoch && member.State != MemberState.UnrevokedPartitions;

    private static bool SupportsProtocols(ConsumerGroup group, JoinGroupRequest request) =>
        request.ProtocolType == ClassicGroup.ConsumerProtocolType
        && request.Protocols.Exists(protocol => group.ClassicProtocols.IsSupportedByAll(protocol.Name));
}
