using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.IntegrationTests.Transactions.Anomalies;

/// <summary>A member of a group that has synchronized, and sends no heartbeats.</summary>
internal sealed class GroupMember
{
    private readonly RawClient _connection;
    private readonly string _group;

    private GroupMember(RawClient connection, string group, string id, int generation)
    {
        _connection = connection;
        _group = group;
        Id = id;
        Generation = generation;
    }

    public string Id { get; }

    public int Generation { get; }

    /// <summary>The first request for the coordinator of a group creates its topic.</summary>
    public static Task FindCoordinatorAsync(RawClient connection, string group) =>
        connection.SendAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { KeyType = 0, CoordinatorKeys = [group] }, 4);

    public static async Task<GroupMember> JoinAsync(RawClient connection, string group)
    {
        await FindCoordinatorAsync(connection, group);
        JoinGroupResponse? joined = null;
        // Version 3 joins without a member id.
        await Eventually.True(
            async () =>
            {
                joined = await connection.SendAsync<JoinGroupRequest, JoinGroupResponse>(
                    new JoinGroupRequest
                    {
                        GroupId = group,
                        SessionTimeoutMs = 30_000,
                        RebalanceTimeoutMs = 30_000,
                        MemberId = "",
                        ProtocolType = "consumer",
                        Protocols = [new() { Name = "range", Metadata = new byte[] { 0 } }],
                    },
                    3);
                return joined.ErrorCode == ErrorCode.None;
            },
            "the member to join");
        var synchronized = await connection.SendAsync<SyncGroupRequest, SyncGroupResponse>(
            new SyncGroupRequest { GroupId = group, GenerationId = joined!.GenerationId, MemberId = joined.MemberId }, 2);
        Assert.That(synchronized.ErrorCode, Is.EqualTo(ErrorCode.None));
        return new GroupMember(connection, group, joined.MemberId, joined.GenerationId);
    }

    public async Task LeaveAsync()
    {
        var left = await _connection.SendAsync<LeaveGroupRequest, LeaveGroupResponse>(
            new LeaveGroupRequest { GroupId = _group, MemberId = Id }, 2);
        Assert.That(left.ErrorCode, Is.EqualTo(ErrorCode.None));
    }
}
