using KafkaSharp.Protocol;
using Request = KafkaSharp.Protocol.Messages.ConsumerGroupHeartbeatRequest;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>The rules that a heartbeat must keep by itself, whatever the state of its group (as Kafka checks them). Stateless.</summary>
internal static class HeartbeatValidation
{
    /// <summary>From this version on clients make their member ids themselves.</summary>
    private const short ClientMemberIdVersion = 1;

    public static HeartbeatError? Check(Request request, short version, IReadOnlyList<string> assignors) =>
        CheckTexts(request, version) is { } text ? new(ErrorCode.InvalidRequest, text)
        : CheckEpoch(request) is { } epoch ? new(ErrorCode.InvalidRequest, epoch)
        : request.ServerAssignor is { } assignor && !assignors.Contains(assignor, StringComparer.Ordinal)
            ? new(
                ErrorCode.UnsupportedAssignor,
                $"ServerAssignor {assignor} is not supported. Supported assignors: {string.Join(", ", assignors)}.")
        : null;

    private static string? CheckTexts(Request request, short version)
    {
        var needsMemberId = version >= ClientMemberIdVersion || request.MemberEpoch is > 0 or ConsumerGroupMember.LeftEpoch;
        return needsMemberId && IsBlank(request.MemberId) ? "MemberId can't be empty."
            : IsBlank(request.GroupId) ? "GroupId can't be empty."
            : IsBlank(request.InstanceId) ? "InstanceId can't be empty."
            : IsBlank(request.RackId) ? "RackId can't be empty."
            : null;
    }

    private static string? CheckEpoch(Request request) => request.MemberEpoch switch
    {
        0 when request.RebalanceTimeoutMs == -1 => "RebalanceTimeoutMs must be provided in first request.",
        0 when request.TopicPartitions is not { Count: 0 } => "TopicPartitions must be empty when (re-)joining.",
        0 when request.SubscribedTopicNames is null && request.SubscribedTopicRegex is null =>
            "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.",
        ConsumerGroupMember.AwayEpoch when request.InstanceId is null => "InstanceId can't be null.",
        < ConsumerGroupMember.AwayEpoch => "MemberEpoch is invalid.",
        _ => null,
    };

    /// <summary>Whether a text is given and has nothing but spaces and control characters, as Java's <c>trim</c> sees it.</summary>
    private static bool IsBlank(string? text) => text is not null && text.All(character => character <= ' ');
}
