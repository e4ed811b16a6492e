using HostileClients.Attacks;
using HostileClients.Requests;
using HostileClients.Wire;

namespace HostileClients.Scenarios;

/// <summary>Fetch requests that name one partition again and again, very many partitions, or topic ids whose hash codes collide.</summary>
internal static class FetchScenarios
{
    private const int Times = 50_000;
    private static readonly Limits s_limits = new(CpuSeconds: 1.5);

    public static IEnumerable<Scenario> All { get; } =
    [
        Same(4), Same(11), Same(12), Same(13), Same(17),
        new("same-fetch-waiting", $"one partition {Times} times in a Fetch v12 that waits 500 ms", target =>
        {
            target.CreateTopic(Names.Topic);
            var topic = FetchRequests.Topic(Names.Topic, Enumerable.Repeat(0, Times));
            return new Flood(target.Broker, FetchRequests.Of(12, [topic], maxWaitMs: 500));
        }) { Limits = s_limits, IsQuick = true },
        new("same-fetch-topics", $"one topic with one partition {Times} times in a Fetch v12", target =>
        {
            target.CreateTopic(Names.Topic);
            var topics = Enumerable.Range(0, Times).Select(_ => FetchRequests.Topic(Names.Topic, [0]));
            return new Flood(target.Broker, FetchRequests.Of(12, topics));
        }) { Limits = s_limits },
        new("many-fetch-partitions", "a Fetch v12 of 100,000 partitions that a topic does not have", target =>
        {
            target.CreateTopic(Names.Topic);
            return new Flood(target.Broker, FetchRequests.Of(12, [FetchRequests.Topic(Names.Topic, Enumerable.Range(1, 100_000))]));
        }) { Limits = s_limits },
        new("many-fetch-topics", "a Fetch v12 of 100,000 topics that do not exist", target =>
            new Flood(target.Broker, FetchRequests.Of(12, Enumerable.Range(1, 100_000).Select(i => FetchRequests.Topic(Names.Of(i), [0])))))
        { Limits = s_limits },
        new("many-fetch-forgotten", "a Fetch v12 that opens a session and forgets 200,000 partitions", target =>
        {
            target.CreateTopic(Names.Topic);
            return new Flood(target.Broker, FetchRequests.Forgetting(Names.Topic, 200_000));
        }) { Limits = s_limits },
        new("colliding-fetch-ids", "60,000 topic ids of one hash code in a Fetch v13 without a session", target =>
            Colliding(target, FetchRequests.NoSession)) { Limits = s_limits, IsQuick = true },
        new("colliding-fetch-ids-session", "60,000 topic ids of one hash code in a Fetch v13 that opens a session", target =>
            Colliding(target, FetchRequests.NewSession)) { Limits = s_limits },
        new("fetch-sessions", "three fetch sessions of 1,000,000 unknown partitions each, whose connections are closed", target =>
            new Flood(target.Broker, Enumerable.Range(0, 3).Select<int, IReadOnlyList<RequestFrame>>(Session)))
        // The objects of one such request take 500 MB. Genuine Kafka grows by 994 MB, keeps it, and does not respond within a minute.
        { Limits = new(PeakMb: 1400, KeptMb: 250) },
    ];

    private static Scenario Same(short version) =>
        new($"same-fetch-v{version}", $"one partition {Times} times in a Fetch v{version}", target =>
        {
            var id = target.CreateTopic(Names.Topic);
            var topic = FetchRequests.Topic(Names.Topic, Enumerable.Repeat(0, Times), id);
            return new Flood(target.Broker, FetchRequests.Of(version, [topic]));
        }) { Limits = s_limits };

    private static Flood Colliding(Target target, int sessionEpoch)
    {
        var topics = FetchRequests.CollidingIds(60_000).Select(id => FetchRequests.Topic("", [0], id));
        return new Flood(target.Broker, FetchRequests.Of(13, topics, sessionEpoch: sessionEpoch));
    }

    private static RequestFrame[] Session(int number) =>
    [
        FetchRequests.Of(
            12, [FetchRequests.Topic($"absent-{number}", Enumerable.Range(0, 1_000_000))], sessionEpoch: FetchRequests.NewSession),
    ];
}
