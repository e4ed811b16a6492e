using KafkaSharp.Broker.Configuration;
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
    public static ApiTable Create(BrokerParts parts)
    {
        var values = parts.Configuration.Values;
        var reader = new FetchReader(parts.Replicas, parts.Deadlines, parts.Environment.Time);
        var sessions = new FetchSessionCache(values.Get(BrokerConfigs.FetchSessionSlots), parts.Environment.Time, parts.Environment.Random);
        var producerIds = new ProducerIdAllocator(parts.Configuration.NodeId, () => parts.Lifecycle.BrokerEpoch, parts.Controller);
        var groups = parts.Groups.Coordinator;
        return new ApiTable(
        [
            ApiRoute.For(new ProduceHandler(parts.Replicas, parts.Deadlines), overlaps: true, inlineBytes: int.MaxValue),
            ApiRoute.For(new FetchHandler(reader, sessions, values.Get(BrokerConfigs.FetchMaxBytes)), listeners: ApiListeners.Broker, inlineBytes: 16 * 1024),
            ApiRoute.For(new ListOffsetsHandler(parts.Replicas)),
            ApiRoute.For(new OffsetCommitHandler(groups)),
            ApiRoute.For(new OffsetFetchHandler(groups)),
            ApiRoute.For(new FindCoordinatorHandler(parts.Groups.Locator)),
            ApiRoute.For(new JoinGroupHandler(groups)),
            ApiRoute.For(new HeartbeatHandler(groups)),
            ApiRoute.For(new LeaveGroupHandler(groups)),
            ApiRoute.For(new SyncGroupHandler(groups)),
            ApiRoute.For(new DescribeGroupsHandler(groups)),
            ApiRoute.For(new ListGroupsHandler(groups)),
            ApiRoute.For(new ApiVersionsHandler(() => parts.Metadata.Image, () => parts.Raft.KRaftVersion, () => parts.ApiTable)),
            ApiRoute.For(new DeleteRecordsHandler(parts.Replicas)),
            ApiRoute.For(new InitProducerIdHandler(producerIds)),
            ApiRoute.For(new OffsetForLeaderEpochHandler(parts.Replicas)),
            ApiRoute.For(new DeleteGroupsHandler(groups)),
            ApiRoute.For(new OffsetDeleteHandler(groups)),
            .. AdminRoutes.Create(
                parts.Configuration, parts.ClusterId, parts.Controller, parts.Raft, () => parts.Metadata.Image, parts.Logs, parts.Environment.Files),
        ]);
    }
}
