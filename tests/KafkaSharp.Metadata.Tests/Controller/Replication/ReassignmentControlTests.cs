using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Tests.Controller.Replication;

internal sealed class ReassignmentControlTests
{
    [TestCase(false)]
    [TestCase(true)]
    public void A_reassignment_whose_old_replicas_are_out_of_sync_is_not_taken_back_without_an_unclean_election(bool unclean)
    {
        var harness = new ControllerHarness(new QuorumControllerOptions
        {
            NodeId = 1, ClusterId = "cluster", UncleanLeaderElectionEnable = unclean,
        });
        var epochs = new long[4];
        epochs[1] = harness.StartBroker(1);
        harness.CreateTopic("t");
        epochs[2] = harness.StartBroker(2);
        epochs[3] = harness.StartBroker(3);
        Reassign([2, 3]);
        var topic = harness.Image.Topics.Topic("t")!;
        var partition = topic.Partition(0)!;
        harness.Run(harness.Managers.Partitions.Alter(new AlterPartitionRequest
        {
            BrokerId = 1,
            BrokerEpoch = epochs[1],
            Topics =
            [
                new()
                {
                    TopicId = topic.Id,
                    Partitions = [new() { LeaderEpoch = partition.LeaderEpoch, PartitionEpoch = partition.PartitionEpoch,
                        NewIsr = [1, 2] }],
                },
            ],
        }));
        harness.Run(harness.Managers.Heartbeats.Process(harness.Heartbeat(1, epochs[1], wantFence: true)));
        partition = harness.Image.Topics.Topic("t")!.Partition(0)!;
        Assert.That((partition.IsReassigning, partition.Isr, partition.Leader), Is.EqualTo((true, new[] { 2 }, 2)));

        var response = Reassign(null);
        var after = harness.Image.Topics.Topic("t")!.Partition(0)!;
        if (unclean)
        {
            Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
            Assert.That((after.IsReassigning, after.Replicas, after.Isr), Is.EqualTo((false, new[] { 1 }, new[] { 1 })));
        }
        else
        {
            Assert.That((response.ErrorCode, response.ErrorMessage), Is.EqualTo((
                ErrorCode.InvalidReplicaAssignment,
                "Unable to revert partition assignment for t:0 because it would require an unclean leader election.")));
            Assert.That(after.IsReassigning);
        }

        AlterPartitionReassignmentsResponse.ReassignablePartitionResponse Reassign(List<int>? replicas) =>
            harness.Run(harness.Managers.Reassignments.Alter(new AlterPartitionReassignmentsRequest
            {
                Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Replicas = replicas }] }],
            })).Responses.Single().Partitions.Single();
    }
}
