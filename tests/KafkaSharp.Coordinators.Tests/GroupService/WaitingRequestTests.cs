using KafkaSharp.Coordinators.Tests.Classic;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.GroupService;

/// <summary>
/// What is kept of requests that wait for other members: nothing that is not used, since a client decides how large it is and how long the
/// request waits.
/// </summary>
internal sealed class WaitingRequestTests
{
    [Test]
    public async Task A_follower_that_waits_for_its_assignment_keeps_no_assignments_of_its_own_request()
    {
        await using var harness = new GroupHarness();
        var members = await harness.Completing();
        var request = new SyncGroupRequest
        {
            GroupId = GroupHarness.GroupId,
            MemberId = members[1],
            GenerationId = 1,
            ProtocolType = "consumer",
            ProtocolName = "range",
            Assignments = [new() { MemberId = members[1], Assignment = [9] }],
        };

        var waiting = harness.Coordinator.Classic.SyncGroupAsync(GroupHarness.Context(5), request);

        Assert.That(request.Assignments, Is.Empty);
        Assert.That(waiting.IsCompleted, Is.False);
        await harness.Sync(members[0], 1, assignments: [(members[1], [2])]).Soon();
        Assert.That((await waiting.Soon()).Assignment, Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task A_member_that_joins_keeps_only_the_beginning_of_a_long_reason()
    {
        await using var harness = new GroupHarness();
        var request = new JoinGroupRequest
        {
            GroupId = GroupHarness.GroupId,
            SessionTimeoutMs = 10_000,
            RebalanceTimeoutMs = 30_000,
            GroupInstanceId = "instance",
            ProtocolType = "consumer",
            Protocols = [new() { Name = "range", Metadata = GroupHarness.Metadata }],
            Reason = new string('r', 100_000),
        };

        var waiting = harness.Join(9, request);

        Assert.That(waiting.IsCompleted, Is.False, "the first rebalance of a group is delayed");
        Assert.That(request.Reason, Has.Length.EqualTo(255));
    }
}
