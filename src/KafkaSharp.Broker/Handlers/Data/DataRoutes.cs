using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Broker.Waiting;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>The routes of records.</summary>
internal static class DataRoutes
{
    public static IEnumerable<ApiRoute> Create(
        ReplicaManager replicas, ProduceTransactions transactions, TimerWheel timers, FetchReader reader, FetchSessionCache sessions,
        int fetchMaxBytes) =>
    [
        ApiRoute.For(new ProduceHandler(replicas, timers, transactions), overlaps: true, inlineBytes: int.MaxValue),
        ApiRoute.For(new FetchHandler(reader, sessions, fetchMaxBytes), listeners: ApiListeners.Broker, inlineBytes: 16 * 1024),
        ApiRoute.For(new ListOffsetsHandler(replicas)),
        ApiRoute.For(new DeleteRecordsHandler(replicas)),
        ApiRoute.For(new OffsetForLeaderEpochHandler(replicas)),
    ];
}
