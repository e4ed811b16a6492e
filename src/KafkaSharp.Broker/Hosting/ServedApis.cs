using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Coordination;
using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Handlers;
using KafkaSharp.Broker.Handlers.Cluster;
using KafkaSharp.Broker.Handlers.Configs;
using KafkaSharp.Broker.Handlers.Data;
using KafkaSharp.Broker.Handlers.Groups;
using KafkaSharp.Broker.Handlers.Producers;
using KafkaSharp.Broker.Handlers.Topics;
using KafkaSharp.Broker.Handlers.Transactions;
using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Broker.Hosting;

/// <summary>Makes the table of everything this broker serves from the routes of each area.</summary>
internal static class ServedApis
{
    public static ApiTable Create(BrokerContext context, LogStage logs, QuorumStage quorum, ServiceStage services)
    {
        var (configuration, environment, values) = (context.Configuration, context.Environment, context.Configuration.Values);
        var clusterId = context.Directories.ClusterId;
        MetadataImage Image() => quorum.Metadata.Image;
        var reader = new FetchReader(logs.Replicas, logs.Timers, environment.WaitTime ?? environment.Time);
        var (groups, transactions) = (services.Groups, services.Transactions);
        var transactionsOfProduce = new ProduceTransactions(
            logs.Replicas, services.Verification, RetriesOf(values), environment.WaitTime ?? environment.Time);
        var sessions = new FetchSessionCache(values.Get(BrokerConfigs.FetchSessionSlots), environment.Time, environment.Random);
        var coordinators = new CoordinatorLocator(Image, new Dictionary<CoordinatorType, CoordinatedTopic>
        {
            [CoordinatorType.Group] = groups.Topic,
            [CoordinatorType.Transaction] = transactions.Topic,
        });
        var autoCreation = new AutoTopicCreation(quorum.Client, Image, values, context.LoggerOf<AutoTopicCreation>());
        var controller = new ControllerRoutes(quorum.Client, new ControllerClient(quorum.Controller, environment.Time) { Retries = false });
        ApiTable? table = null;
        return table = new ApiTable(
        [
            ApiRoute.For(new ApiVersionsHandler(configuration.Features, Image, () => quorum.Raft.KRaftVersion, () => table!)),
            .. DataRoutes.Create(
                logs.Replicas, transactionsOfProduce, logs.Timers, reader, sessions, values.Get(BrokerConfigs.FetchMaxBytes)),
            .. TopicRoutes.Create(controller, Image, clusterId, autoCreation),
            .. GroupRoutes.Create(groups.Coordinator, coordinators, new ConsumerProtocol(values, Image)),
            .. TransactionRoutes.Create(
                transactions.Coordinator, groups.Coordinator, services.ProducerIds, Image,
                values.Get(BrokerConfigs.UnstableApiVersionsEnable)),
            .. ProducerRoutes.Create(controller, logs.Replicas, Image, services.Markers),
            .. ConfigRoutes.Create(controller, quorum.Client, configuration, Image),
            .. ClusterRoutes.Create(
                controller, quorum.Raft, Image, clusterId, logs.Logs,
                new AlterReplicaLogDirsHandler(logs.Replicas, logs.Logs.Background, context.LoggerOf<AlterReplicaLogDirsHandler>()),
                environment.Files,
                configuration.Listeners.Any(listener => configuration.ControllerListenerNames.Contains(listener.ListenerName))),
        ]);
    }

    private static ProduceTransactions.RetryOptions RetriesOf(ConfigValues values) => new(
        TimeSpan.FromMilliseconds(values.Get(BrokerConfigs.AddPartitionsRetryBackoffMs)),
        TimeSpan.FromMilliseconds(
            Math.Min(values.Get(BrokerConfigs.AddPartitionsRetryBackoffMaxMs), values.Get(BrokerConfigs.RequestTimeoutMs))));
}
