using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Tests.Replication;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.Logs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Fetching;

/// <summary>Fetch sessions as KIP-227 tells them, at the level of a request and its answer.</summary>
sealed class FetchSessionTests
{
    private static readonly Uuid s_topicId = new(7, 9);

    private readonly ManualTimeProvider _time = new();
    private FetchSessionCache _cache = null!;

    [SetUp]
    public void Start() => _cache = new FetchSessionCache(2, _time, new Random(5));

    [Test]
    public void A_full_fetch_starts_a_session_that_later_requests_name()
    {
        var id = StartSession(0, 1, 2);
        var next = Open(id, 1);
        Assert.That(next.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(Numbers(next), Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(next.Answer(Nothing(3)).SessionId, Is.EqualTo(id));
    }

    [Test]
    public void A_fetch_with_the_final_epoch_has_no_session_and_ends_the_one_it_names()
    {
        var id = StartSession(0);
        var last = FetchContext.Open(_cache, Request(id, FetchSession.FinalEpoch, 0), 12);
        Assert.That(last.Answer(Nothing(1)).SessionId, Is.Zero);
        Assert.That(_cache.Find(id), Is.Null);
        Assert.That(Open(id, 1).Answer([]).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionIdNotFound));
    }

    [Test]
    public void An_incremental_answer_names_what_has_news_only()
    {
        var id = StartSession(0, 1, 2, 3);
        var answer = Open(id, 1).Answer(
            [Result(), Result() with { HighWatermark = 11 }, Result() with { LogStartOffset = 3 }, new FetchPartitionResult(ErrorCode.OffsetOutOfRange)]);
        Assert.That(Named(answer), Is.EqualTo(new[] { 1, 2, 3 }));
        // What failed is named once more, though nothing is wrong any longer.
        answer = Open(id, 2).Answer([Result(), Result() with { HighWatermark = 11 }, Result() with { LogStartOffset = 3 }, Result()]);
        Assert.That(Named(answer), Is.EqualTo(new[] { 3 }));
        Assert.That(Named(Open(id, 3).Answer([Result(), Result() with { HighWatermark = 11 }, Result() with { LogStartOffset = 3 }, Result()])), Is.Empty);
    }

    [Test]
    public void Partitions_are_added_changed_and_forgotten()
    {
        var id = StartSession(0, 1);
        var request = Request(id, 1, 1, 2);
        request.Topics[0].Partitions[0].FetchOffset = 77;
        request.ForgottenTopicsData = [new() { Topic = "t", Partitions = [0, 9] }];
        var fetch = FetchContext.Open(_cache, request, 12);
        Assert.That(Numbers(fetch), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(fetch.Partitions[0].FetchOffset, Is.EqualTo(77));
    }

    [Test]
    public void A_session_without_partitions_is_gone()
    {
        var id = StartSession(0);
        var request = Request(id, 1);
        request.ForgottenTopicsData = [new() { Topic = "t", Partitions = [0] }];
        Assert.That(FetchContext.Open(_cache, request, 12).Answer([]).SessionId, Is.Zero);
        Assert.That(_cache.Find(id), Is.Null);
    }

    // As the genuine broker: error 100, and the partition can be taken back.
    [Test]
    public async Task A_zero_topic_id_is_a_topic_nobody_knows_and_can_be_forgotten()
    {
        await using var leader = new LeaderFixture();
        var request = Request(0, FetchSession.InitialEpoch, 0);
        var fetch = FetchContext.Open(_cache, request, 13);
        var result = await new FetchReader(leader.Replicas, leader.Deadlines, leader.Time).ReadAsync(
            fetch.Partitions, new FetchParameters(TimeSpan.Zero, 1, 1 << 20, FetchIsolation.HighWatermark, HardMaxBytes: false));
        Assert.That(result[0].ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicId));
        var id = fetch.Answer(result).SessionId;
        request = Request(id, 1);
        request.ForgottenTopicsData = [new() { TopicId = Uuid.Zero, Partitions = [0] }];
        Assert.That(FetchContext.Open(_cache, request, 13).Partitions, Is.Empty);
        Assert.That(_cache.Find(id), Is.Null);
    }

    [TestCase(0, 2, 71)]
    [TestCase(0, 5, 71)]
    [TestCase(1, 1, 70)]
    public void A_wrong_epoch_or_id_is_refused(int offId, int epoch, int error)
    {
        var id = StartSession(0);
        var answer = Open(id + offId, epoch).Answer([]);
        Assert.That(((int)answer.ErrorCode, answer.SessionId, answer.Responses.Count), Is.EqualTo((error, 0, 0)));
        Assert.That(Open(id, 1).ErrorCode, Is.EqualTo(ErrorCode.None), "the session lives on");
    }

    [Test]
    public void A_request_sent_twice_is_refused()
    {
        var id = StartSession(0);
        Open(id, 1);
        Assert.That(Open(id, 1).ErrorCode, Is.EqualTo(ErrorCode.InvalidFetchSessionEpoch));
    }

    [Test]
    public void An_answer_that_was_overtaken_is_refused()
    {
        var id = StartSession(0);
        var slow = Open(id, 1);
        Open(id, 2);
        var answer = slow.Answer(Nothing(1));
        Assert.That((answer.ErrorCode, answer.SessionId), Is.EqualTo((ErrorCode.InvalidFetchSessionEpoch, id)));
    }

    [Test]
    public void A_session_by_name_is_not_one_by_id()
    {
        var byName = StartSession(0);
        Assert.That(FetchContext.Open(_cache, Request(byName, 1), 13).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionTopicIdError));
        var request = Request(0, 0, 0);
        request.Topics[0].TopicId = s_topicId;
        var byId = FetchContext.Open(_cache, request, 13).Answer(Nothing(1)).SessionId;
        Assert.That(FetchContext.Open(_cache, Request(byId, 1), 12).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionTopicIdError));
        Assert.That(FetchContext.Open(_cache, Request(byId, 1), 13).Partitions[0].Key, Is.EqualTo(new FetchPartitionKey(s_topicId, null, 0)));
    }

    [Test]
    public void A_partition_that_gave_records_goes_to_the_end_of_the_line()
    {
        var id = StartSession(0, 1, 2);
        Open(id, 1).Answer([Result() with { Records = new byte[9] }, Result(), Result()]);
        Assert.That(Numbers(Open(id, 2)), Is.EqualTo(new[] { 1, 2, 0 }));
    }

    [Test]
    public void A_full_cache_gives_no_place_to_an_equal()
    {
        StartSession(0);
        StartSession(0);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(StartSession(0, 1, 2), Is.Zero);
    }

    [Test]
    public void A_session_unused_for_two_minutes_gives_way()
    {
        var old = StartSession(0, 1);
        var used = StartSession(0, 1);
        _time.Advance(TimeSpan.FromSeconds(60));
        Open(used, 1);
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.That(StartSession(0), Is.Not.Zero);
        Assert.That((_cache.Find(old), _cache.Find(used)?.Id), Is.EqualTo(((FetchSession?)null, (int?)used)));
    }

    [Test]
    public void A_smaller_session_older_than_two_minutes_gives_way_to_a_larger()
    {
        var small = StartSession(0);
        var large = StartSession(0, 1, 2);
        _time.Advance(TimeSpan.FromSeconds(100));
        Open(small, 1);
        Open(large, 1);
        _time.Advance(TimeSpan.FromSeconds(21));
        Assert.That(StartSession(0), Is.Zero, "no larger");
        Assert.That(StartSession(0, 1), Is.Not.Zero);
        Assert.That(_cache.Find(small), Is.Null);
    }

    [Test]
    public void A_followers_session_gives_way_to_no_consumers()
    {
        var first = StartFollower(0);
        var second = StartFollower(0);
        _time.Advance(TimeSpan.FromSeconds(100));
        Open(first, 1);
        Open(second, 1);
        _time.Advance(TimeSpan.FromSeconds(21));
        Assert.That(StartSession(0, 1, 2), Is.Zero);
        Assert.That(StartFollower(0, 1), Is.Not.Zero);
    }

    [Test]
    public void Epochs_wrap_around_to_one() => Assert.That(FetchSession.NextEpoch(int.MaxValue), Is.EqualTo(1));

    private int StartSession(params int[] partitions) =>
        FetchContext.Open(_cache, Request(0, 0, partitions), 12).Answer(Nothing(partitions.Length)).SessionId;

    private int StartFollower(params int[] partitions)
    {
        var request = Request(0, 0, partitions);
        request.ReplicaId = 2;
        return FetchContext.Open(_cache, request, 12).Answer(Nothing(partitions.Length)).SessionId;
    }

    private FetchContext Open(int session, int epoch) => FetchContext.Open(_cache, Request(session, epoch), 12);

    private static FetchRequest Request(int session, int epoch, params int[] partitions) => new()
    {
        ReplicaId = -1,
        SessionId = session,
        SessionEpoch = epoch,
        Topics = partitions.Length == 0
            ? []
            : [new() { Topic = "t", Partitions = [.. partitions.Select(p => new FetchRequest.FetchPartition { Partition = p, PartitionMaxBytes = 100 })] }],
    };

    private static FetchPartitionResult Result() => new() { HighWatermark = 10, LastStableOffset = 10, LogStartOffset = 0 };

    private static FetchPartitionResult[] Nothing(int count) => [.. Enumerable.Repeat(Result(), count)];

    private static int[] Numbers(FetchContext fetch) => [.. fetch.Partitions.Select(p => p.Key.Partition)];

    private static int[] Named(FetchResponse answer) => [.. answer.Responses.SelectMany(t => t.Partitions).Select(p => p.PartitionIndex)];
}
