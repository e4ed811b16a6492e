using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Tests.Replication;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.Logs;
using KafkaSharp.TestInfrastructure;
using static KafkaSharp.Broker.Tests.Fetching.FetchSessionRequests;

namespace KafkaSharp.Broker.Tests.Fetching;

/// <summary>Fetch sessions (KIP-227) at the level of requests and responses.</summary>
internal sealed class FetchSessionTests
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
        Assert.That(next.Respond(Nothing(3)).SessionId, Is.EqualTo(id));
    }

    [Test]
    public void A_fetch_with_the_final_epoch_has_no_session_and_ends_the_one_it_names()
    {
        var id = StartSession(0);
        var last = FetchContext.Open(_cache, Request(id, FetchSession.FinalEpoch, 0), 12);
        Assert.That(last.Respond(Nothing(1)).SessionId, Is.Zero);
        Assert.That(_cache.Find(id), Is.Null);
        Assert.That(Open(id, 1).Respond([]).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionIdNotFound));
    }

    [Test]
    public void An_incremental_response_has_only_changed_partitions()
    {
        var id = StartSession(0, 1, 2, 3);
        var response = Open(id, 1).Respond(
            [Result(), Result() with { HighWatermark = 11 }, Result() with { LogStartOffset = 3 }, new FetchPartitionResult(
                ErrorCode.OffsetOutOfRange)]);
        Assert.That(Named(response), Is.EqualTo(new[] { 1, 2, 3 }));
        // What failed is named once more, though nothing is wrong any longer.
        response = Open(id, 2).Respond([Result(), Result() with { HighWatermark = 11 }, Result() with { LogStartOffset = 3 }, Result()]);
        Assert.That(Named(response), Is.EqualTo(new[] { 3 }));
        Assert.That(Named(
            Open(id, 3).Respond([Result(), Result() with { HighWatermark = 11 }, Result() with { LogStartOffset = 3 }, Result()])),
            Is.Empty);
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
    public void A_session_may_start_without_partitions()
    {
        var id = Open(0, FetchSession.InitialEpoch).Respond([]).SessionId;
        Assert.That(_cache.Find(id), Is.Not.Null);
        Assert.That(Numbers(FetchContext.Open(_cache, Request(id, 1, 3), 12)), Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public void A_session_without_partitions_is_gone()
    {
        var id = StartSession(0);
        var request = Request(id, 1);
        request.ForgottenTopicsData = [new() { Topic = "t", Partitions = [0] }];
        Assert.That(FetchContext.Open(_cache, request, 12).Respond([]).SessionId, Is.Zero);
        Assert.That(_cache.Find(id), Is.Null);
    }

    // As the genuine broker: error 100, and the partition can be taken back.
    [Test]
    public async Task A_zero_topic_id_is_a_topic_nobody_knows_and_can_be_forgotten()
    {
        await using var leader = new LeaderFixture();
        var request = Request(0, FetchSession.InitialEpoch, 0);
        var fetch = FetchContext.Open(_cache, request, 13);
        var result = await new FetchReader(leader.Replicas, leader.Timers, leader.Time).ReadAsync(
            fetch.Partitions, new FetchParameters(TimeSpan.Zero, 1, 1 << 20, FetchIsolation.HighWatermark, HardMaxBytes: false));
        Assert.That(result[0].ErrorCode, Is.EqualTo(ErrorCode.UnknownTopicId));
        var id = fetch.Respond(result).SessionId;
        request = Request(id, 1);
        request.ForgottenTopicsData = [new() { TopicId = Uuid.Zero, Partitions = [0] }];
        Assert.That(FetchContext.Open(_cache, request, 13).Partitions.Count, Is.Zero);
        Assert.That(_cache.Find(id), Is.Null);
    }

    [TestCase(0, 2, 71)]
    [TestCase(0, 5, 71)]
    [TestCase(1, 1, 70)]
    public void A_wrong_epoch_or_id_is_refused(int offId, int epoch, int error)
    {
        var id = StartSession(0);
        var response = Open(id + offId, epoch).Respond([]);
        Assert.That(((int)response.ErrorCode, response.SessionId, response.Responses.Count), Is.EqualTo((error, 0, 0)));
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
    public void A_response_that_a_later_request_overtook_is_refused()
    {
        var id = StartSession(0);
        var slow = Open(id, 1);
        Open(id, 2);
        var response = slow.Respond(Nothing(1));
        Assert.That((response.ErrorCode, response.SessionId), Is.EqualTo((ErrorCode.InvalidFetchSessionEpoch, id)));
    }

    [Test]
    public void A_session_by_name_is_not_one_by_id()
    {
        var byName = StartSession(0);
        Assert.That(FetchContext.Open(_cache, Request(byName, 1), 13).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionTopicIdError));
        var request = Request(0, 0, 0);
        request.Topics[0].TopicId = s_topicId;
        var byId = FetchContext.Open(_cache, request, 13).Respond(Nothing(1)).SessionId;
        Assert.That(FetchContext.Open(_cache, Request(byId, 1), 12).ErrorCode, Is.EqualTo(ErrorCode.FetchSessionTopicIdError));
        Assert.That(FetchContext.Open(_cache, Request(byId, 1), 13).Partitions[0].Key, Is.EqualTo(
            new FetchPartitionKey(s_topicId, null, 0)));
    }

    [Test]
    public void A_partition_that_gave_records_goes_to_the_end_of_the_line()
    {
        var id = StartSession(0, 1, 2);
        Open(id, 1).Respond([Result() with { Records = new byte[9] }, Result(), Result()]);
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

    // As the genuine broker: consumers that connect again and again do not keep followers out.
    [Test]
    public void A_consumers_session_of_any_age_gives_way_to_a_followers()
    {
        var large = StartSession(0, 1, 2);
        var small = StartSession(0, 1);
        Assert.That(StartFollower(0), Is.Not.Zero);
        Assert.That((_cache.Find(small), _cache.Find(large)?.Id), Is.EqualTo(((FetchSession?)null, (int?)large)));
        Assert.That(StartFollower(0), Is.Not.Zero);
        Assert.That(StartFollower(0, 1), Is.Zero, "only followers are left");
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

    // As the genuine broker: the place of the first, the values of the last.
    [TestCase(5)]
    [TestCase(40)]
    public void A_partition_named_several_times_counts_once(int others)
    {
        int[] numbers = [0, .. Enumerable.Range(1, others), 0, 1, 0];
        var request = Request(0, FetchSession.InitialEpoch, numbers);
        request.Topics[0].Partitions[^1].FetchOffset = 77;
        request.Topics.Add(new() { Topic = "t", Partitions = [new() { Partition = 1, FetchOffset = 88 }] });
        var fetch = FetchContext.Open(_cache, request, 12);
        Assert.That(Numbers(fetch), Is.EqualTo(Enumerable.Range(0, others + 1)));
        Assert.That((fetch.Partitions[0].FetchOffset, fetch.Partitions[1].FetchOffset), Is.EqualTo((77L, 88L)));
        var id = fetch.Respond(Nothing(others + 1)).SessionId;
        request = Request(id, 1, 1, 1);
        request.Topics[0].Partitions[^1].FetchOffset = 99;
        fetch = FetchContext.Open(_cache, request, 12);
        Assert.That(Numbers(fetch), Is.EqualTo(Enumerable.Range(0, others + 1)));
        Assert.That(fetch.Partitions[1].FetchOffset, Is.EqualTo(99));
    }

    [Test]
    public void Unknown_partitions_come_last_in_a_response()
    {
        var fetch = FetchContext.Open(_cache, Request(0, 0, 0, 1, 2, 3), 12);
        var unknown = new FetchPartitionResult(ErrorCode.UnknownTopicOrPartition);
        Assert.That(Named(fetch.Respond([unknown, Result(), unknown, Result()])), Is.EqualTo(new[] { 1, 3, 0, 2 }));
    }

    // As the genuine broker, which authorizes names and so sets unknown ids aside first; a follower is authorized as a whole.
    [TestCase(-1, new[] { 2, 1, 4, 0, 3 })]
    [TestCase(2, new[] { 2, 0, 1, 3, 4 })]
    public void Unknown_ids_come_before_unknown_partitions_except_for_a_follower(int replicaId, int[] expected)
    {
        var request = Request(0, FetchSession.InitialEpoch, 0, 1, 2, 3, 4);
        request.ReplicaId = replicaId;
        var (partition, id) = (
            new FetchPartitionResult(ErrorCode.UnknownTopicOrPartition), new FetchPartitionResult(ErrorCode.UnknownTopicId));
        var response = FetchContext.Open(_cache, request, 13).Respond([partition, id, Result(), partition, id]);
        Assert.That(Named(response), Is.EqualTo(expected));
    }

    // As the genuine broker: the order in which the partitions are read from then on, known or not.
    [Test]
    public void A_session_begins_in_the_order_of_its_first_response()
    {
        var unknown = new FetchPartitionResult(ErrorCode.UnknownTopicOrPartition);
        var id = FetchContext.Open(_cache, Request(0, 0, 0, 1, 2, 3), 12).Respond([unknown, Result(), unknown, Result()]).SessionId;
        Assert.That(Numbers(Open(id, 1)), Is.EqualTo(new[] { 1, 3, 0, 2 }));
    }

    // As the genuine broker, which has read it before the wait: only what was unknown from the beginning comes last.
    [Test]
    public void A_partition_deleted_during_the_wait_keeps_its_place_in_response_and_session()
    {
        var unknown = new FetchPartitionResult(ErrorCode.UnknownTopicOrPartition);
        var response = FetchContext.Open(_cache, Request(0, 0, 0, 1, 2), 12).Respond([unknown, unknown with { IsLost = true }, Result()]);
        Assert.That(Named(response), Is.EqualTo(new[] { 1, 2, 0 }));
        Assert.That(Numbers(Open(response.SessionId, 1)), Is.EqualTo(new[] { 1, 2, 0 }));
    }

    // On a lane a check-in may pause the request for long, and the session's other requests would pause with it.
    [Test]
    public void A_response_of_many_partitions_is_made_with_check_ins_apart_from_the_lock_of_its_session()
    {
        const int Count = 1024;
        var checkIns = 0;
        var id = FetchContext.Open(_cache, Request(0, 0, [.. Enumerable.Range(0, Count)]), 12)
            .Respond(Nothing(Count), () => checkIns++).SessionId;
        Assert.That(checkIns, Is.EqualTo(4));
        var gate = _cache.Find(id)!.Gate;
        Open(id, 1).Respond(Nothing(Count), () =>
        {
            checkIns++;
            Assert.That(gate.IsHeldByCurrentThread, Is.False);
        });
        Assert.That(checkIns, Is.EqualTo(8));
    }

    // As the genuine broker: such a fetch has no session, and reads what it names.
    [Test]
    public void A_fetch_that_leaves_its_session_empty_reads_what_it_names()
    {
        var id = StartSession(0);
        var request = Request(id, 1, 0, 1);
        request.ForgottenTopicsData = [new() { Topic = "t", Partitions = [0, 1] }];
        var fetch = FetchContext.Open(_cache, request, 12);
        Assert.That(Numbers(fetch), Is.EqualTo(new[] { 0, 1 }));
        var response = fetch.Respond(Nothing(2));
        Assert.That((response.SessionId, Named(response)), Is.EqualTo((0, new[] { 0, 1 })));
        Assert.That(_cache.Find(id), Is.Null);
    }

    // As the genuine broker: the epoch of the session has not changed, and the fetch that waits follows nothing any more.
    [Test]
    public void A_fetch_whose_session_is_emptied_while_it_waits_has_no_partitions()
    {
        var id = StartSession(0, 1);
        var waiting = Open(id, 1);
        var request = Request(id, 2);
        request.ForgottenTopicsData = [new() { Topic = "t", Partitions = [0, 1] }];
        Assert.That(FetchContext.Open(_cache, request, 12).Respond([]).SessionId, Is.Zero);
        var response = waiting.Respond([Result() with { HighWatermark = 11 }, Result()]);
        Assert.That((response.ErrorCode, response.SessionId, response.Responses.Count), Is.EqualTo((ErrorCode.None, id, 0)));
    }

    // Chosen so that ids, or numbers modulo the size of a table, fall together under the framework's own hash codes.
    [Test]
    public void Partitions_chosen_to_collide_cost_no_more_than_others()
    {
        var request = Request(0, FetchSession.InitialEpoch);
        for (var i = 1; i <= 100_000; i++)
            request.Topics.Add(new() { TopicId = new Uuid(((long)i << 32) | (uint)i, 0), Partitions = [new() { Partition = 0 }] });
        var fetch = FetchContext.Open(_cache, request, 13);
        Assert.That(KeysOf(fetch).Select(key => key.GetHashCode()).Distinct().Count(), Is.GreaterThan(99_000));
        var numbers = Enumerable.Range(0, 20_000).Select(i => new FetchPartitionKey(default, "t", i * 107_897).GetHashCode());
        Assert.That(numbers.GroupBy(hash => (uint)hash % 107_897).Max(bucket => bucket.Count()), Is.LessThan(50));
    }

    [Test]
    public void Epochs_wrap_around_to_one() => Assert.That(FetchSession.NextEpoch(int.MaxValue), Is.EqualTo(1));

    private int StartSession(params int[] partitions) =>
        FetchContext.Open(_cache, Request(0, 0, partitions), 12).Respond(Nothing(partitions.Length)).SessionId;

    private int StartFollower(params int[] partitions)
    {
        var request = Request(0, 0, partitions);
        request.ReplicaId = 2;
        return FetchContext.Open(_cache, request, 12).Respond(Nothing(partitions.Length)).SessionId;
    }

    private FetchContext Open(int session, int epoch) => FetchContext.Open(_cache, Request(session, epoch), 12);

    private static int[] Named(FetchResponse response) =>
        [.. response.Responses.SelectMany(t => t.Partitions).Select(p => p.PartitionIndex)];
}
