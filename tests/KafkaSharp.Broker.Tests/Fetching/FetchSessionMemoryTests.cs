using KafkaSharp.Broker.Fetching;
using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;
using static KafkaSharp.Broker.Tests.Fetching.FetchSessionRequests;

namespace KafkaSharp.Broker.Tests.Fetching;

/// <summary>What fetch sessions keep, and what the cache counts of it.</summary>
internal sealed class FetchSessionMemoryTests
{
    private FetchSessionCache _cache = null!;

    [SetUp]
    public void Start() => _cache = new FetchSessionCache(2, new ManualTimeProvider(), new Random(5));

    [Test]
    public void Sessions_of_any_size_stay_within_the_limit_of_the_cache()
    {
        var count = (int)(_cache.MaxBytes / FetchSession.EntryBytes * 2 / 3);
        var giant = StartSession([.. Enumerable.Range(0, count)]);
        Assert.That(giant, Is.Not.Zero);
        Assert.That(StartSession([.. Enumerable.Range(0, count)]), Is.Zero, "as large, and no space");
        Assert.That(_cache.Bytes, Is.LessThanOrEqualTo(_cache.MaxBytes));
        Assert.That(StartSession([.. Enumerable.Range(0, count / 2 + 1_000)]), Is.Not.Zero, "a smaller one takes the place of the giant");
        Assert.That(_cache.Find(giant), Is.Null);
        Assert.That(_cache.Bytes, Is.LessThanOrEqualTo(_cache.MaxBytes));
        Assert.That(StartSession([.. Enumerable.Range(0, 2 * count)]), Is.Zero, "larger than the cache");
    }

    [Test]
    public void A_session_that_outgrows_the_cache_is_gone_and_its_memory_with_it()
    {
        var count = (int)(_cache.MaxBytes / FetchSession.EntryBytes * 2 / 3);
        var id = StartSession([.. Enumerable.Range(0, count)]);
        var request = Request(id, 1, [.. Enumerable.Range(count, count)]);
        var fetch = FetchContext.Open(_cache, request, 12);
        Assert.That(fetch.Respond(Nothing(2 * count)).ErrorCode, Is.EqualTo(ErrorCode.None), "the request that made it grow is served");
        Assert.That((_cache.Find(id), _cache.Bytes), Is.EqualTo(((FetchSession?)null, 0L)));
    }

    [Test]
    public void Memory_of_forgotten_partitions_is_free_again()
    {
        var id = StartSession(0, 1, 2, 3);
        var before = _cache.Bytes;
        for (var epoch = 1; epoch < 100; epoch++)
        {
            var request = Request(id, epoch, epoch + 10);
            request.ForgottenTopicsData = [new() { Topic = "t", Partitions = [epoch + 10] }];
            FetchContext.Open(_cache, request, 12);
        }
        Assert.That(_cache.Bytes, Is.EqualTo(before));
        FetchContext.Open(_cache, Request(id, FetchSession.FinalEpoch, 0), 12);
        Assert.That(_cache.Bytes, Is.Zero);
    }

    // The cache counts what is left: sessions of a few partitions each would keep the tables of many.
    [Test]
    public void A_session_that_forgets_most_partitions_has_no_places_for_them()
    {
        const int Count = 50_000;
        int[] numbers = [.. Enumerable.Range(0, Count)];
        var id = StartSession(numbers);
        Assert.That(_cache.Find(id)!.Places, Is.GreaterThanOrEqualTo(Count));
        var request = Request(id, 1);
        request.ForgottenTopicsData = [new() { Topic = "t", Partitions = [.. numbers[10..]] }];
        Assert.That(Numbers(FetchContext.Open(_cache, request, 12)), Is.EqualTo(numbers[..10]));
        Assert.That(_cache.Find(id)!.Places, Is.LessThan(1000));
        Assert.That(Numbers(FetchContext.Open(_cache, Request(id, 2, 5, 77), 12)), Is.EqualTo(new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 77 }));
    }

    private int StartSession(params int[] partitions) =>
        FetchContext.Open(_cache, Request(0, 0, partitions), 12).Respond(Nothing(partitions.Length)).SessionId;
}
