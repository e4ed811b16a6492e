using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Coordination;
using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Handlers;
using KafkaSharp.Broker.Handlers.Data;
using KafkaSharp.Broker.Handlers.Groups;
using KafkaSharp.Broker.Handlers.Producers;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Hosting;

/// <summary>What this broker serves: one line an API, in the order of their keys.</summary>
static class ServedApis
{
    public static ApiTable Create(BrokerContext context, LogStage logs, QuorumStage quorum, GroupCoordination coordination, Func<long> brokerEpoch)
    {
        var (configuration, environment, values) = (context.Configuration, context.Environment, context.Configuration.Values);
        var reader = new FetchReader(logs.Replicas, logs.Deadlines, environment.Time);
        var sessions = new FetchSessionCache(values.Get(BrokerConfigs.FetchSessionSlots), environment.Time, environment.Random);
        var producerIds = new ProducerIdAllocator(configuration.NodeId, brokerEpoch, quorum.Controller);
        var groups = coordination.Coordinator;
        ApiTable? table = null;
        return table = new ApiTable(
        [
            ApiRoute.For(new ProduceHandler(logs.Replicas, logs.Deadlines), overlaps: true, inlineBytes: int.MaxValue),
            ApiRoute.For(new FetchHandler(reader, sessions, values.Get(BrokerConfigs.FetchMaxBytes)), listeners: ApiListeners.Broker, inlineBytes: 16 * 1024),
            ApiRoute.For(new ListOffsetsHandler(logs.Replicas)),
            ApiRoute.For(new OffsetCommitHandler(groups)),
            ApiRoute.For(new OffsetFetchHandler(groups)),
            ApiRoute.For(new FindCoordinatorHandler(coordination.Locator)),
            ApiRoute.For(new JoinGroupHandler(groups)),
            ApiRoute.For(new HeartbeatHandler(groups)),
            ApiRoute.For(new LeaveGroupHandler(groups)),
            ApiRoute.For(new SyncGroupHandler(groups)),
            ApiRoute.For(new DescribeGroupsHandler(groups)),
            ApiRoute.For(new ListGroupsHandler(groups)),
            ApiRoute.For(new ApiVersionsHandler(() => quorum.Metadata.Image, () => quorum.Raft.KRaftVersion, () => table!)),
            ApiRoute.For(new DeleteRecordsHandler(logs.Replicas)),
            ApiRoute.For(new InitProducerIdHandler(producerIds)),
            ApiRoute.For(new OffsetForLeaderEpochHandler(logs.Replicas)),
            ApiRoute.For(new DeleteGroupsHandler(groups)),
            ApiRoute.For(new OffsetDeleteHandler(groups)),
            .. AdminRoutes.Create(
                configuration, context.Directories.ClusterId, quorum.Controller, quorum.Raft, () => quorum.Metadata.Image, logs.Logs, environment.Files),
        ]);
    }
}
