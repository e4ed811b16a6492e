using HostileClients.Attacks;
using HostileClients.Requests;
using HostileClients.Wire;
using KafkaSharp.Protocol.Messages;

namespace HostileClients.Scenarios;

/// <summary>Connections that cost by being many, by what they are called, by not reading, or by what they make the broker log.</summary>
internal static class ConnectionScenarios
{
    public static IEnumerable<Scenario> All { get; } =
    [
        new("client-ids", "2,000 idle connections with client ids of 32 KB", target =>
            new IdleConnections(target.Broker, 2_000, i => ApiVersions(i.ToString("D32767", null))))
        { Limits = new(PeakMb: 100), KeepsConnections = true },
        new("colliding-client-ids", "4,096 connections whose client ids have one hash code in Java", target =>
        {
            var names = Names.Colliding(12).ToList();
            return new IdleConnections(target.Broker, names.Count, i => ApiVersions(names[i]));
        }) { Limits = new(CpuSeconds: 0.01) },
        new("waiting-fetches", "15,000 fetches that wait on one partition and are woken by one batch", target =>
        {
            target.CreateTopic(Names.Topic);
            return new WaitingFetches(target.Broker, Names.Topic, 15_000);
        }),
        new("waiting-fetches-2000", "2,000 fetches that wait on one partition and are woken by one batch", target =>
        {
            target.CreateTopic(Names.Topic);
            return new WaitingFetches(target.Broker, Names.Topic, 2_000);
        }) { IsQuick = true },
        new("undrained-log", "20,000 bad requests, each of which the broker logs into a pipe without a reader", target =>
            new BadRequests(target.Broker, 20_000)) { HasUndrainedLog = true },
        new("undrained-log-quick", "3,000 bad requests, each of which the broker logs into a pipe without a reader", target =>
            new BadRequests(target.Broker, 3_000)) { HasUndrainedLog = true, IsQuick = true },
        new("slow-fetch-readers", "50 connections that request 50 MB, 20 times each, and read a few bytes", target =>
        {
            target.CreateTopic(Names.Topic);
            target.Fill(Names.Topic, 0, batches: 120);
            return new SlowReaders(target.Broker, connections: 50, requests: 20, FetchRequests.Of(Names.Topic, 0, maxBytes: 50 << 20));
        }) { KeepsConnections = true },
        new("stopped-fetch-readers", "500 connections that request 10 MB and read nothing", target =>
        {
            target.CreateTopic(Names.Topic);
            target.Fill(Names.Topic, 0, batches: 30);
            var fetch = FetchRequests.Of(Names.Topic, 0, maxBytes: 10 << 20);
            return new StoppedReaders(target.Broker, 500, fetch);
        }) { Limits = new(PeakMb: 25), KeepsConnections = true },
        new("stopped-short-fetch-readers", "200 connections that request 30 KB of each of 1,000 partitions and read nothing", target =>
        {
            target.CreateTopic(Names.Topic, 1_000);
            target.FillEach(Names.Topic, 1_000, 30 * 1024);
            var fetch = FetchRequests.Of(12, [FetchRequests.Topic(Names.Topic, Enumerable.Range(0, 1_000))], maxBytes: 50 << 20);
            return new StoppedReaders(target.Broker, 200, fetch);
        }) { Limits = new(PeakMb: 150), KeepsConnections = true },
        new("slow-metadata-readers", "50 connections that request the metadata of 3,000 partitions and read a few bytes", target =>
        {
            target.CreateTopic(Names.Topic, 3_000);
            return new SlowReaders(target.Broker, connections: 50, requests: 1_000, TopicRequests.MetadataOfAll);
        }) { KeepsConnections = true },
    ];

    private static RequestFrame ApiVersions(string clientId) => RequestFrame.Of<ApiVersionsRequest, ApiVersionsResponse>(
        new() { ClientSoftwareName = "hostile-clients", ClientSoftwareVersion = "1" }, 3, clientId);
}
