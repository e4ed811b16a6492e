using System.Globalization;
using HostileClients.Attacks;
using HostileClients.Requests;
using HostileClients.Wire;
using KafkaSharp.Protocol.Messages;

namespace HostileClients.Scenarios;

/// <summary>Requests other than Fetch that name one thing again and again, very many things, or things whose hash codes collide.</summary>
internal static class EntryScenarios
{
    private static readonly Entries s_same = new(50_000, AreSame: true);
    private static readonly Entries s_many = new(100_000, AreSame: false);
    private static readonly Limits s_limits = new(CpuSeconds: 1.5);

    public static IEnumerable<Scenario> All { get; } =
    [
        .. RequestShape.All.Select(shape => Of("same", "one entry {0} times in a request {1}", shape, s_same)),
        .. RequestShape.All.Select(shape => Of("many", "{0} entries in a request {1}", shape, s_many)),
        new("same-describe-configs-broker", "the broker's configuration 4,000 times in one DescribeConfigs v4", target =>
            new Flood(target.Broker, ConfigRequests.DescribeBroker(4_000))) { Limits = new(PeakMb: 150, CpuSeconds: 1.5), IsQuick = true },
        new("same-metadata-ids", $"one topic id {s_same.Count} times in a Metadata v12", target =>
        {
            var id = target.CreateTopic(Names.Topic);
            return new Flood(target.Broker, TopicRequests.MetadataById(s_same.Of(_ => id)));
        }) { Limits = s_limits },
        new("colliding-metadata-ids", "100,000 topic ids of one hash code in a Metadata v12", target =>
            new Flood(target.Broker, TopicRequests.MetadataById(FetchRequests.CollidingIds(100_000))))
        { Limits = s_limits, IsQuick = true },
        new("colliding-metadata-names", "65,536 topic names of one hash code in Java in a Metadata v12", target =>
            new Flood(target.Broker, TopicRequests.MetadataByName(Names.Colliding(16)))) { Limits = s_limits },
        new("colliding-group-ids", "65,536 group ids of one hash code in Java in a DescribeGroups v5", target =>
        {
            var groups = Names.Colliding(16).ToList();
            return new Flood(target.Broker, RequestFrame.Of<DescribeGroupsRequest, DescribeGroupsResponse>(new() { Groups = groups }, 5));
        }) { Limits = s_limits },
        new("colliding-committed-groups", "4,096 groups of one hash code in Java that commit an offset each", target =>
        {
            target.CreateTopic(Names.Topic);
            target.AwaitCoordinator(Names.Group);
            return new Flood(target.Broker, [[.. Names.Colliding(12).Select(GroupRequests.Commit)]], inFlight: 20);
        }) { Limits = new(CpuSeconds: 0.01) },
        new("join-group-protocols", "two members of a group with 50,000 protocols each, in opposite order", target =>
        {
            target.AwaitCoordinator(Names.Group);
            var protocols = Enumerable.Range(0, 50_000).ToList();
            return new Flood(target.Broker, [[GroupRequests.Join(protocols)], [GroupRequests.Join(protocols.AsEnumerable().Reverse())]]);
        }) { Limits = new(CpuSeconds: 3) },
        new("join-group-members", "2,000 members that join one group", target =>
        {
            target.AwaitCoordinator(Names.Group);
            var join = GroupRequests.Join(Enumerable.Range(0, 20));
            return new Crowd(target.Broker, join, connections: 2_000);
        }) { Limits = new(CpuSeconds: 0.02) },
        new("join-consumer-group-members", "2,000 members that join one consumer group with 1,000 partitions", target =>
        {
            target.CreateTopic(Names.Topic, 1_000);
            target.AwaitCoordinator(Names.Group);
            var joins = Enumerable.Range(0, 2_000).Select(i => GroupRequests.JoinConsumers($"member-{i}"));
            return new Flood(target.Broker, [[.. joins]], inFlight: 20);
        }) { Limits = new(CpuSeconds: 0.02) },
        new("classic-members-of-consumers", "20 classic members of a consumer group that join again with 50,000 protocols each", target =>
        {
            target.CreateTopic(Names.Topic);
            target.AwaitCoordinator(Names.Group);
            target.Send(GroupRequests.JoinConsumers("member"));
            var protocols = Enumerable.Range(0, 50_000).ToList();
            var joins = Enumerable.Range(0, 20).Select(i => GroupRequests.JoinConsumersClassic($"classic-{i}", protocols));
            return new Flood(target.Broker, [[.. joins]], inFlight: 4);
        }) { Limits = new(CpuSeconds: 0.08) },
        new("consumer-patterns", "consumers that subscribe to 100 regular expressions of up to 8,000 characters", target =>
        {
            target.AwaitCoordinator(Names.Group);
            var joins = Enumerable.Range(0, 100).Select(i => GroupRequests.JoinConsumers($"member-{i}", Pattern(i)));
            return new Flood(target.Broker, [[.. joins]], inFlight: 20);
        }) { Limits = new(CpuSeconds: 0.1) },
    ];

    /// <summary>Up to a thousand alternatives, each of them different from those of another number.</summary>
    private static string Pattern(int number) => string.Join(
        '|', Enumerable.Range(0, 10 * (number + 1)).Select(i => string.Create(CultureInfo.InvariantCulture, $"{number}.*x{i}")));

    private static Scenario Of(string kind, string summary, RequestShape shape, Entries entries)
    {
        var name = $"{kind}-{shape.Name}";
        return new(name, string.Format(CultureInfo.InvariantCulture, summary, entries.Count, shape.Name), target =>
        {
            target.CreateTopic(Names.Topic);
            target.AwaitCoordinator(Names.Group);
            return new Flood(target.Broker, shape.Make(entries));
        }) { Limits = new(CpuSeconds: 3), IsQuick = name == "many-create-topics" };
    }
}
