using System.Globalization;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Tests.Controller;

internal sealed class BrokerLifeTests
{
    [Test]
    public void A_registration_that_names_a_feature_twice_counts_the_last_and_harms_nothing()
    {
        var harness = new ControllerHarness();
        var broker = harness.Registration(1);
        broker.Features.Add(new() { Name = "group.version", MinSupportedVersion = 0, MaxSupportedVersion = 9 });
        harness.Run(harness.Managers.Registrations.Register(broker, harness.NextOffset));
        Assert.That(harness.Image.Cluster.Broker(1)!.SupportedFeatures["group.version"].Max, Is.EqualTo(9));
        harness.Run(harness.Managers.Registrations.Register(new ControllerRegistrationRequest
        {
            ControllerId = 1,
            Listeners = [new() { Name = "CONTROLLER", Host = "localhost", Port = 9093 }],
            Features =
            [
                new() { Name = "x", MinSupportedVersion = 0, MaxSupportedVersion = 1 },
                new() { Name = "x", MinSupportedVersion = 0, MaxSupportedVersion = 2 },
            ],
        }));
        Assert.That(harness.Image.Cluster.Controllers[1].SupportedFeatures["x"].Max, Is.EqualTo(2));
    }

    [Test]
    public void A_second_broker_of_an_id_that_lives_is_refused_until_the_session_of_the_first_ends()
    {
        var harness = new ControllerHarness();
        harness.StartBroker(2);
        Assert.That(
            () => harness.Managers.Registrations.Register(harness.Registration(2), harness.NextOffset),
            Throws.TypeOf<StateMachineException>().With.Property(nameof(StateMachineException.ErrorCode))
                .EqualTo(ErrorCode.DuplicateBrokerRegistration));
        harness.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.That(() => harness.Run(harness.Managers.Registrations.Register(harness.Registration(2), harness.NextOffset)),
            Throws.Nothing);
    }

    [Test]
    public void Only_the_broker_in_the_controllers_own_process_comes_back_at_once()
    {
        var local = new Uuid(7, 7);
        var harness = new ControllerHarness(new QuorumControllerOptions { NodeId = 1, ClusterId = "cluster", LocalIncarnation = local });
        harness.StartBroker(1);
        var registration = harness.Registration(1);
        Assert.That(
            () => harness.Managers.Registrations.Register(registration, harness.NextOffset),
            Throws.TypeOf<StateMachineException>().With.Property(nameof(StateMachineException.ErrorCode))
                .EqualTo(ErrorCode.DuplicateBrokerRegistration), "another process with the id of this node");
        registration.IncarnationId = local;
        Assert.That(() => harness.Managers.Registrations.Register(registration, harness.NextOffset), Throws.Nothing);
    }

    // From Kafka 4.3.1: none, a reserved one, one twice, and one of another broker.
    [TestCase]
    [TestCase(1)]
    [TestCase(500, 500)]
    [TestCase(1002)]
    public void The_directories_of_a_registration_are_checked(params int[] ids)
    {
        var harness = new ControllerHarness();
        harness.StartBroker(2);
        var registration = harness.Registration(3);
        registration.LogDirs = [.. ids.Select(id => id == 1002 ? new Uuid(2, 1000) : new Uuid(0, id))];
        Assert.That(
            () => harness.Managers.Registrations.Register(registration, harness.NextOffset),
            Throws.TypeOf<StateMachineException>().With.Property(nameof(StateMachineException.ErrorCode))
                .EqualTo(ErrorCode.InvalidRegistration));
    }

    // From Kafka 4.3.1. A feature that is not finalized has level 0.
    [TestCase(
        "metadata.version:7-30 eligible.leader.replicas.version:0-1 group.version:0-1 transaction.version:0-2",
        ErrorCode.None)]
    [TestCase("metadata.version:7-30 eligible.leader.replicas.version:0-1 group.version:0-1", ErrorCode.UnsupportedVersion)]
    [TestCase("metadata.version:7-30 eligible.leader.replicas.version:0-1 transaction.version:0-2", ErrorCode.UnsupportedVersion)]
    [TestCase("metadata.version:7-30 group.version:0-1 transaction.version:0-2", ErrorCode.UnsupportedVersion)]
    [TestCase("", ErrorCode.InvalidRegistration)]
    [TestCase("x:0-1", ErrorCode.InvalidRegistration)]
    [TestCase("x:1-1", ErrorCode.UnsupportedVersion)]
    [TestCase(
        "metadata.version:7-30 eligible.leader.replicas.version:0-1 group.version:0-1 transaction.version:0-2 x:1-1",
        ErrorCode.UnsupportedVersion)]
    [TestCase(
        "metadata.version:7-30 eligible.leader.replicas.version:0-1 group.version:0-1 transaction.version:0-2 x:0-1",
        ErrorCode.None)]
    [TestCase("metadata.version:7-8", ErrorCode.UnsupportedVersion)]
    [TestCase("metadata.version:30-7", ErrorCode.UnsupportedVersion)]
    public void The_features_of_a_registration_are_checked(string features, ErrorCode expected)
    {
        var harness = new ControllerHarness();
        var request = harness.Registration(1);
        request.Features.Clear();
        foreach (var feature in features.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var range = feature.Split(':', '-');
            request.Features.Add(new()
            {
                Name = range[0],
                MinSupportedVersion = short.Parse(range[1], CultureInfo.InvariantCulture),
                MaxSupportedVersion = short.Parse(range[2], CultureInfo.InvariantCulture),
            });
        }
        var error = ErrorCode.None;
        try
        {
            harness.Run(harness.Managers.Registrations.Register(request, harness.NextOffset));
        }
        catch (StateMachineException refused)
        {
            error = refused.ErrorCode;
        }
        Assert.That(error, Is.EqualTo(expected));
    }

    [TestCase("", "127.0.0.1", 0)]
    [TestCase("PLAINTEXT", "", 0)]
    [TestCase("PLAINTEXT", "127.0.0.1", -1)]
    [TestCase("PLAINTEXT", "127.0.0.1", 4)]
    public void A_listener_that_no_node_can_read_is_refused(string name, string host, short protocol)
    {
        var harness = new ControllerHarness();
        var request = harness.Registration(1);
        request.Listeners = [new() { Name = name, Host = host, Port = 9092, SecurityProtocol = protocol }];
        Assert.That(() => harness.Managers.Registrations.Register(request, harness.NextOffset),
            Throws.TypeOf<StateMachineException>().With.Property("ErrorCode").EqualTo(ErrorCode.InvalidRegistration));
        Assert.That(() => harness.Managers.Registrations.Register(new ControllerRegistrationRequest
        {
            ControllerId = 2, Listeners = [new() { Name = name, Host = host, Port = 9092, SecurityProtocol = protocol }],
        }), Throws.TypeOf<StateMachineException>().With.Property("ErrorCode").EqualTo(ErrorCode.InvalidRegistration));
    }

    [Test]
    public void A_heartbeat_of_another_epoch_is_stale()
    {
        var harness = new ControllerHarness();
        var epoch = harness.StartBroker(1);
        Assert.That(
            () => harness.Managers.Heartbeats.Process(harness.Heartbeat(1, epoch - 1)),
            Throws.TypeOf<StateMachineException>().With.Property(nameof(StateMachineException.ErrorCode))
                .EqualTo(ErrorCode.StaleBrokerEpoch));
    }

    [Test]
    public void A_broker_that_has_not_read_its_registration_stays_fenced()
    {
        var harness = new ControllerHarness();
        var epoch = harness.Run(harness.Managers.Registrations.Register(harness.Registration(1), harness.NextOffset)).BrokerEpoch;
        var request = harness.Heartbeat(1, epoch);
        request.CurrentMetadataOffset = epoch - 1;
        var response = harness.Run(harness.Managers.Heartbeats.Process(request));
        Assert.That((response.IsFenced, response.IsCaughtUp), Is.EqualTo((true, false)));
    }

    [Test]
    public void Silent_brokers_are_fenced_one_after_another_and_their_partitions_move()
    {
        var harness = new ControllerHarness();
        foreach (var broker in new[] { 1, 2, 3 })
            harness.StartBroker(broker);
        harness.CreateTopic("t", 6, 3);
        harness.Time.Advance(TimeSpan.FromSeconds(8));
        harness.Managers.Sessions.Touch(2, harness.Image.Cluster.BrokerEpoch(2), harness.NextOffset);
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        while (harness.Run(harness.Managers.Heartbeats.FenceExpiredBrokers()))
        {
        }
        Assert.That(harness.Image.Cluster.Brokers.Values.Where(broker => broker.Fenced)
            .Select(broker => broker.Id), Is.EqualTo(new[] { 1, 3 }));
        Assert.That(harness.Image.Topics.Topic("t")!.Partitions.Select(p => p.Value.Leader), Is.All.EqualTo(2));
        Assert.That(harness.Image.Topics.Topic("t")!.Partitions.Select(p => p.Value.Isr), Is.All.EqualTo(new[] { 2 }));
    }

    [Test]
    public void A_broker_that_could_not_be_fenced_is_fenced_later()
    {
        var harness = new ControllerHarness();
        harness.StartBroker(1);
        harness.Time.Advance(TimeSpan.FromSeconds(9));
        var refused = harness.Managers.Heartbeats.FenceExpiredBrokers();
        Assert.That(refused.Records, Is.Not.Empty);
        refused.OnCompleted!(ErrorCode.KafkaStorageError);

        harness.Time.Advance(TimeSpan.FromSeconds(9));
        harness.Run(harness.Managers.Heartbeats.FenceExpiredBrokers());
        Assert.That(harness.Image.Cluster.Brokers[1].Fenced, Is.True);
    }

    [TestCase(-30)]
    [TestCase(30)]
    public void The_session_of_a_broker_does_not_depend_on_the_wall_clock(int days)
    {
        var harness = new ControllerHarness();
        harness.StartBroker(1);
        bool IsFenced()
        {
            harness.Run(harness.Managers.Heartbeats.FenceExpiredBrokers());
            return harness.Image.Cluster.Brokers[1].Fenced;
        }

        harness.Time.StepWallClock(TimeSpan.FromDays(days));
        Assert.That(IsFenced(), Is.False);
        harness.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.That(IsFenced(), Is.True, "its session has ended");
    }

    [Test]
    public void Without_eligible_leader_replicas_the_last_isr_is_kept_and_leads_again()
    {
        var harness = new ControllerHarness(new QuorumControllerOptions
        {
            NodeId = 1,
            ClusterId = "cluster",
            BootstrapRecords = BootstrapMetadata.Records(
                MetadataVersion.Latest, new Dictionary<string, short> { [FeatureNames.EligibleLeaderReplicas] = 0 }),
        });
        var epoch = harness.StartBroker(1);
        harness.CreateTopic("t");
        harness.Run(harness.Managers.Heartbeats.Process(harness.Heartbeat(1, epoch, wantFence: true)));
        var partition = harness.Image.Topics.Partition("t", 0)!;
        Assert.That((partition.Leader, partition.Isr.Length, partition.Elr.Length), Is.EqualTo((PartitionRegistration.NoLeader, 1, 0)));
        harness.Run(harness.Managers.Heartbeats.Process(harness.Heartbeat(1, epoch)));
        partition = harness.Image.Topics.Partition("t", 0)!;
        Assert.That((partition.Leader, partition.LeaderEpoch, partition.LeaderRecoveryState), Is.EqualTo(
            (1, 2, LeaderRecoveryState.Recovered)));
    }

    [Test]
    public void An_unclean_election_takes_any_replica_and_says_so()
    {
        var harness = new ControllerHarness();
        foreach (var broker in new[] { 1, 2 })
            harness.StartBroker(broker);
        harness.CreateTopic("t", 1, 2, ("unclean.leader.election.enable", "true"));
        var topic = harness.Image.Topics.Topic("t")!;
        var first = topic.Partition(0)!;
        var (leader, other) = (first.Leader, first.Replicas.Single(replica => replica != first.Leader));
        // The other falls out of the ISR, then the leader goes.
        harness.Run(harness.Managers.Partitions.Alter(new AlterPartitionRequest
        {
            BrokerId = leader,
            BrokerEpoch = harness.Image.Cluster.BrokerEpoch(leader),
            Topics = [new() { TopicId = topic.Id,
                Partitions = [new() { PartitionIndex = 0, NewIsrWithEpochs = [new() { BrokerId = leader }] }] }],
        }));
        harness.Run(harness.Managers.Heartbeats.Process(
            harness.Heartbeat(leader, harness.Image.Cluster.BrokerEpoch(leader), wantFence: true)));
        var partition = harness.Image.Topics.Partition("t", 0)!;
        Assert.That((partition.Leader, partition.LeaderRecoveryState), Is.EqualTo((other, LeaderRecoveryState.Recovering)));
        Assert.That(partition.Isr, Is.EqualTo(new[] { other }));
    }

    [Test]
    public void A_stale_or_foreign_isr_change_is_refused()
    {
        var harness = new ControllerHarness();
        foreach (var broker in new[] { 1, 2 })
            harness.StartBroker(broker);
        harness.CreateTopic("t", 1, 2);
        var topic = harness.Image.Topics.Topic("t")!;
        var partition = topic.Partition(0)!;
        var other = partition.Replicas.Single(replica => replica != partition.Leader);

        ErrorCode Ask(int broker, AlterPartitionRequest.PartitionData data) =>
            harness.Run(harness.Managers.Partitions.Alter(new AlterPartitionRequest
        {
            BrokerId = broker,
            BrokerEpoch = harness.Image.Cluster.BrokerEpoch(broker),
            Topics = [new() { TopicId = topic.Id, Partitions = [data] }],
        })).Topics[0].Partitions[0].ErrorCode;

        Assert.That(Ask(other, new() { NewIsr = [other] }), Is.EqualTo(ErrorCode.InvalidRequest), "not the leader");
        Assert.That(Ask(partition.Leader, new() { NewIsr = [partition.Leader], LeaderEpoch = 5 }), Is.EqualTo(ErrorCode.NotController),
            "from the future");
        Assert.That(Ask(partition.Leader, new() { NewIsr = [other] }), Is.EqualTo(ErrorCode.InvalidRequest), "without the leader");
        Assert.That(Ask(partition.Leader, new() { NewIsr = [partition.Leader] }), Is.EqualTo(ErrorCode.None));
        Assert.That(Ask(partition.Leader, new() { NewIsr = [partition.Leader, other] }), Is.EqualTo(ErrorCode.InvalidUpdateVersion),
            "an older partition epoch");
        Assert.That(
            Ask(partition.Leader,
                new() { NewIsrWithEpochs = [new() { BrokerId = partition.Leader }, new() { BrokerId = other, BrokerEpoch = 1 }],
                    PartitionEpoch = 1 }),
            Is.EqualTo(ErrorCode.IneligibleReplica), "a replica of another life");
    }
}
