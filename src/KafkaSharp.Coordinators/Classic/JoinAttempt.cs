using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>One JoinGroup request with its response, which is given at once or when the rebalance ends.</summary>
/// <param name="Context">The version and the client of the request.</param>
/// <param name="Request">The request.</param>
/// <param name="Response">The response; a member that waits for the rebalance holds it.</param>
/// <param name="MayDescribe">Whether the client may know of a topic; called later and from any thread.</param>
internal sealed record JoinAttempt(
    GroupRequestContext Context, JoinGroupRequest Request, DelayedResponse<JoinGroupResponse> Response, Predicate<string> MayDescribe)
{
    /// <summary>Why the client joins, in its own words.</summary>
    public string Reason => string.IsNullOrEmpty(Request.Reason) ? "not provided" : Request.Reason;

    /// <summary>Responds with an error; nothing is written.</summary>
    public CommandResult<GroupRecord> Refuse(string memberId, ErrorCode error)
    {
        Response.TryComplete(new JoinGroupResponse { MemberId = memberId, ErrorCode = error, ProtocolName = null });
        return CommandResult.Empty<GroupRecord>();
    }

    /// <summary>Responds with the current generation; nothing is written.</summary>
    public CommandResult<GroupRecord> Accept(ClassicGroup group, string memberId)
    {
        Response.TryComplete(JoinResponses.Of(group, memberId));
        return CommandResult.Empty<GroupRecord>();
    }
}
