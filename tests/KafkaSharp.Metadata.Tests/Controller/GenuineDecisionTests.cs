using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Tests.Controller;

/// <summary>
/// A genuine log is loaded up to some offset, asked what the genuine controller was asked there, and must write the records it wrote.
/// </summary>
internal sealed class GenuineDecisionTests
{
    [Test]
    public void A_fresh_log_begins_with_the_records_a_genuine_one_begins_with()
    {
        var genuine = GenuineLog.Read("cluster3-node1");
        var harness = new ControllerHarness(new QuorumControllerOptions { NodeId = 1, ClusterId = "c", MinInSyncReplicas = 2 });
        // But for the features that are not served.
        var served = genuine.Between(3, 11)
            .Where(record => record.Message is not FeatureLevelRecord level || FeatureNames.Find(level.Name)?.IsServed != false);
        Assert.That(harness.Written.Select(GenuineLog.Bytes), Is.EqualTo(served.Select(GenuineLog.Bytes)));
    }

    [TestCase("stage1-uncleaned", 17L, 17L)]
    [TestCase("stage3-recovered", 577L, 603L, Description = "after kill -9: its replicas are no eligible leaders any more")]
    [TestCase("cluster3-node1", 174L, 174L)]
    [TestCase("cluster3-node1", 289L, 292L)]
    public void A_broker_registers(string directory, long first, long last)
    {
        var log = GenuineLog.Read(directory);
        var harness = Before(log, first);
        var registration = (RegisterBrokerRecord)log.At(last).Message;
        var clean = last == first;
        var existing = harness.Image.Cluster.Broker(registration.BrokerId);
        harness.Run(harness.Managers.Registrations.Register(
            new BrokerRegistrationRequest
            {
                BrokerId = registration.BrokerId,
                ClusterId = "c",
                IncarnationId = registration.IncarnationId,
                Rack = registration.Rack,
                LogDirs = registration.LogDirs,
                PreviousBrokerEpoch = clean && existing is not null ? existing.Epoch : -1,
                Listeners = [.. registration.EndPoints.Select(
                    e => new BrokerRegistrationRequest.Listener { Name = e.Name, Host = e.Host, Port = e.Port })],
                Features =
                [
                    .. registration.Features.Select(f => new BrokerRegistrationRequest.Feature
                    {
                        Name = f.Name, MinSupportedVersion = f.MinSupportedVersion, MaxSupportedVersion = f.MaxSupportedVersion,
                    }),
                ],
            },
            first));
        Same(harness, log, first, last);
    }

    [TestCase("stage1-uncleaned", 19L, 20L, 1)]
    [TestCase("stage3-recovered", 347L, 374L, 1, Description = "its partitions had eligible leaders")]
    [TestCase("stage3-recovered", 605L, 631L, 1, Description = "its partitions had only a last known leader")]
    [TestCase("cluster3-node1", 194L, 195L, 3)]
    [TestCase("cluster3-node1", 295L, 296L, 2)]
    public void A_broker_is_unfenced(string directory, long first, long last, int broker)
    {
        var log = GenuineLog.Read(directory);
        var harness = Before(log, first);
        var request = harness.Heartbeat(broker, harness.Image.Cluster.BrokerEpoch(broker));
        if (log.Between(first, last).Any(record => record.Message is BrokerRegistrationChangeRecord { CordonedLogDirs: not null }))
            request.CordonedLogDirs = [];
        var response = harness.Run(harness.Managers.Heartbeats.Process(request));
        Assert.That((response.IsFenced, response.IsCaughtUp, response.ShouldShutDown), Is.EqualTo((false, true, false)));
        Same(harness, log, first, last);
    }

    [TestCase("stage1-uncleaned", 313L, 339L, 1)]
    [TestCase("cluster3-node1", 111L, 121L, 3)]
    [TestCase("cluster3-node1", 329L, 337L, 1)]
    [TestCase("cluster3-node1", 338L, 348L, 2)]
    [TestCase("cluster3-node1", 349L, 359L, 3)]
    public void A_broker_begins_its_controlled_shutdown(string directory, long first, long last, int broker)
    {
        var log = GenuineLog.Read(directory);
        var harness = Before(log, first);
        var response = harness.Run(harness.Managers.Heartbeats.Process(
            harness.Heartbeat(broker, harness.Image.Cluster.BrokerEpoch(broker), wantShutDown: true)));
        Assert.That(response.ShouldShutDown, Is.False);
        Same(harness, log, first, last);
    }

    [Test]
    public void A_broker_whose_session_ended_is_fenced()
    {
        var log = GenuineLog.Read("cluster3-node1");
        var harness = Before(log, 237);
        // All but broker 2 go on.
        harness.Time.Advance(TimeSpan.FromSeconds(8));
        foreach (var broker in new[] { 1, 3 })
            harness.Managers.Sessions.Touch(broker, harness.Image.Cluster.BrokerEpoch(broker), 200);
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        harness.Run(harness.Managers.Heartbeats.FenceExpiredBrokers());
        Same(harness, log, 237, 246);
    }

    [Test]
    public void Replicas_are_reassigned_and_the_reassignment_ends_when_the_new_one_is_in_sync()
    {
        var log = GenuineLog.Read("cluster3-node1");
        var harness = Before(log, 105);
        var actual = harness.Run(harness.Managers.Reassignments.Alter(new AlterPartitionReassignmentsRequest
        {
            Topics = [new() { Name = "two", Partitions = [new() { PartitionIndex = 0, Replicas = [3, 2] }] }],
        }));
        Assert.That(actual.Responses[0].Partitions[0].ErrorCode, Is.EqualTo(KafkaSharp.Protocol.ErrorCode.None));
        Same(harness, log, 105, 105);

        var topic = harness.Image.Topics.Topic("two")!;
        var ongoing = harness.Managers.Reassignments.List(new ListPartitionReassignmentsRequest()).Topics.Single().Partitions.Single();
        Assert.That((ongoing.AddingReplicas, ongoing.RemovingReplicas), Is.EqualTo((new List<int> { 3 }, new List<int> { 1 })));

        var partition = topic.Partition(0)!;
        harness.Run(harness.Managers.Partitions.Alter(new AlterPartitionRequest
        {
            BrokerId = partition.Leader,
            BrokerEpoch = harness.Image.Cluster.BrokerEpoch(partition.Leader),
            Topics =
            [
                new()
                {
                    TopicId = topic.Id,
                    Partitions =
                    [
                        new()
                        {
                            PartitionIndex = 0,
                            LeaderEpoch = partition.LeaderEpoch,
                            PartitionEpoch = partition.PartitionEpoch,
                            NewIsrWithEpochs = [new() { BrokerId = 1 }, new() { BrokerId = 2 }, new() { BrokerId = 3 }],
                        },
                    ],
                },
            ],
        }));
        Same(harness, log, 107, 107);
    }

    [Test]
    public void Leadership_goes_back_to_preferred_replicas()
    {
        var log = GenuineLog.Read("cluster3-node1");
        var harness = Before(log, 211);
        harness.Run(harness.Managers.Elections.BalanceLeaders(1000));
        Same(harness, log, 211, 214);
    }

    [TestCase("stage1-uncleaned", 145L, 1)]
    [TestCase("cluster3-node1", 66L, 1)]
    [TestCase("cluster3-node1", 67L, 2)]
    [TestCase("cluster3-node1", 233L, 3)]
    public void A_block_of_producer_ids_is_handed_out(string directory, long offset, int broker)
    {
        var log = GenuineLog.Read(directory);
        var harness = Before(log, offset);
        var actual = harness.Run(harness.Managers.ProducerIds.Allocate(
            new AllocateProducerIdsRequest { BrokerId = broker, BrokerEpoch = harness.Image.Cluster.BrokerEpoch(broker) }));
        Assert.That(actual.ProducerIdLen, Is.EqualTo(1000));
        Same(harness, log, offset, offset);
    }

    private static ControllerHarness Before(GenuineLog log, long offset)
    {
        var batches = log.Batches.Where(batch => batch.LastOffset < offset).ToList();
        // The batch that holds the offset may begin before it.
        if (log.Batches.FirstOrDefault(batch => batch.BaseOffset < offset && batch.LastOffset >= offset) is { } cut)
            batches.Add(cut with { LastOffset = offset - 1, Records = [.. cut.Records.Take((int)(offset - cut.BaseOffset))] });
        return new ControllerHarness(
            new QuorumControllerOptions { NodeId = 1, ClusterId = "c", MinInSyncReplicas = 1 }, batches);
    }

    private static void Same(ControllerHarness harness, GenuineLog log, long first, long last) =>
        Assert.That(GenuineLog.Sorted(harness.Written), Is.EqualTo(GenuineLog.Sorted(log.Between(first, last))));
}
