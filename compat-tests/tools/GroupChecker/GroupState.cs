using System.Net;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using WireProbe;

namespace GroupChecker;

/// <summary>What the broker says about the group. An exception when it does not respond.</summary>
internal sealed class GroupState(string bootstrap)
{
    private readonly IPEndPoint _broker = IPEndPoint.Parse(bootstrap);

    /// <summary>"classic" or "consumer"; null when there is no group.</summary>
    public string? Type()
    {
        using var connection = new WireConnection(_broker);
        var listed = connection.Ask<ListGroupsRequest, ListGroupsResponse>(new(), 5);
        return listed.Groups.Find(group => group.GroupId == RolledTopic.Group)?.GroupType;
    }

    /// <summary>Why the group is not at rest with this many members; null when it is.</summary>
    public string? Unrest(int members)
    {
        using var connection = new WireConnection(_broker);
        var group = connection.Ask<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(
            new() { GroupIds = [RolledTopic.Group] }, 1).Groups[0];
        if (group.ErrorCode == ErrorCode.None)
            return group.Members.Count == members && group.GroupState == "Stable" && IsAssignedOnce(group) ? null : Describe(group);
        var classic = connection.Ask<DescribeGroupsRequest, DescribeGroupsResponse>(new() { Groups = [RolledTopic.Group] }, 5).Groups[0];
        return classic.Members.Count == members && classic.GroupState == "Stable"
            ? null
            : $"a classic group of {classic.Members.Count} members is {classic.GroupState}";
    }

    private static bool IsAssignedOnce(ConsumerGroupDescribeResponse.DescribedGroup group)
    {
        var assigned = group.Members.SelectMany(member => member.Assignment.TopicPartitions).SelectMany(topic => topic.Partitions).Order();
        return assigned.SequenceEqual(Enumerable.Range(0, RolledTopic.Partitions))
            && group.Members.TrueForAll(member => member.MemberEpoch == group.GroupEpoch);
    }

    private static string Describe(ConsumerGroupDescribeResponse.DescribedGroup group)
    {
        var members = group.Members.Select(member =>
            $"{member.ClientId} {(member.MemberType == 0 ? "classic" : "consumer")} epoch {member.MemberEpoch} has "
            + string.Join(',', member.Assignment.TopicPartitions.SelectMany(topic => topic.Partitions)));
        return $"a consumer group of {group.Members.Count} members is {group.GroupState} in epoch {group.GroupEpoch}: "
            + string.Join("; ", members);
    }
}
