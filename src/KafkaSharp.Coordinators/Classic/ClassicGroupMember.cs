using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using JoinProtocol = KafkaSharp.Protocol.Messages.JoinGroupRequest.JoinGroupRequestProtocol;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// A member of a classic group, with its delayed responses and the timer of its session. Used on the shard's event loop.
/// Only its <see cref="ClassicGroup"/> changes its protocols and the join that waits.
/// </summary>
internal sealed class ClassicGroupMember(
    string memberId, string? groupInstanceId, string clientId, string clientHost, int rebalanceTimeoutMs, int sessionTimeoutMs,
    string protocolType, IReadOnlyList<JoinProtocol> protocols)
{
    public string MemberId { get; } = memberId;
    public string? GroupInstanceId { get; } = groupInstanceId;
    public string ClientId { get; } = clientId;
    public string ClientHost { get; } = clientHost;
    public string ProtocolType { get; } = protocolType;
    public int RebalanceTimeoutMs { get; set; } = rebalanceTimeoutMs;
    public int SessionTimeoutMs { get; set; } = sessionTimeoutMs;
    public IReadOnlyList<JoinProtocol> Protocols { get; set; } = protocols;
    public byte[] Assignment { get; set; } = [];

    /// <summary>True from the join until the first completed rebalance: until then waiting does not extend its session.</summary>
    public bool IsNew { get; set; }

    public bool IsStatic => GroupInstanceId is not null;

    /// <summary>The JoinGroup that waits for the rebalance; set through the group, which counts them.</summary>
    public DelayedResponse<JoinGroupResponse>? AwaitingJoin { get; set; }

    /// <summary>The SyncGroup that waits for the assignment.</summary>
    public DelayedResponse<SyncGroupResponse>? AwaitingSync { get; set; }

    public ShardTimer<GroupRecord>? Session { get; set; }

    /// <summary>What the expiry of the session does; made once, so that a heartbeat allocates nothing.</summary>
    public Func<CommandResult<GroupRecord>>? SessionExpired { get; set; }

    /// <summary>Whether it cannot heartbeat now because it waits for a response.</summary>
    public bool HasSatisfiedHeartbeat => !IsNew && (AwaitingJoin is not null || AwaitingSync is not null);

    /// <summary>The first protocol in its own order that all members support.</summary>
    public string Vote(IReadOnlySet<string> candidates)
    {
        foreach (var protocol in Protocols)
        {
            if (candidates.Contains(protocol.Name))
                return protocol.Name;
        }
        throw new InvalidOperationException($"Member {MemberId} supports none of the candidate protocols");
    }

    /// <summary>The metadata of its join for one protocol.</summary>
    public byte[] Metadata(string protocolName) => MetadataOrNull(protocolName)
        ?? throw new InvalidOperationException($"Member {MemberId} does not support protocol {protocolName}");

    /// <summary>The same; null when it does not support the protocol.</summary>
    public byte[]? MetadataOrNull(string protocolName)
    {
        foreach (var protocol in Protocols)
        {
            if (protocol.Name == protocolName)
                return protocol.Metadata;
        }
        return null;
    }

    /// <summary>Whether these are exactly the protocols it joined with before.</summary>
    public bool Matches(IReadOnlyList<JoinProtocol> protocols)
    {
        if (protocols.Count != Protocols.Count)
            return false;
        for (var i = 0; i < protocols.Count; i++)
        {
            if (protocols[i].Name != Protocols[i].Name || !protocols[i].Metadata.AsSpan().SequenceEqual(Protocols[i].Metadata))
                return false;
        }
        return true;
    }
}
