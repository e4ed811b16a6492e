using KafkaSharp.Network.Buffers;
using KafkaSharp.Server.Memory;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Server.Tests.Memory;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class IdleMemoryReleaseTests
{
    private const long Megabyte = 1L << 20;

    private readonly ManualTimeProvider _time = new();
    private readonly Heap _heap = new();
    private readonly BufferPool _buffers = new();
    private IdleMemoryRelease _release = null!;

    [SetUp]
    public void Start() => _release = new IdleMemoryRelease(_heap, _buffers, _time);

    [TearDown]
    public void Stop() => _release.Dispose();

    [Test]
    public void Garbage_is_released_in_the_first_quiet_period()
    {
        _heap.AllocatedBytes += 500 * Megabyte;
        _heap.HeldBytes = 200 * Megabyte;
        _time.Advance(IdleMemoryRelease.Period);
        Assert.That(_heap.Releases, Is.Zero, "the requests may still run");

        _heap.AllocatedBytes += IdleMemoryRelease.QuietBytes;
        _time.Advance(IdleMemoryRelease.Period);
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((1, 0)), "it is not known yet what is in use");
        _time.Advance(IdleMemoryRelease.Period);
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((1, 1)));
    }

    [TestCase(140, 200)]
    [TestCase(257, 4000)]
    public void What_is_mostly_in_use_or_large_stops_no_thread(int inUse, int held)
    {
        _heap.InUse = inUse * Megabyte;
        _heap.HeldBytes = held * Megabyte;
        AdvanceBy(TimeSpan.FromSeconds(30));
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((1, 0)));
    }

    [Test]
    public void A_collection_while_requests_are_served_says_nothing()
    {
        _heap.InUse = _heap.HeldBytes = 200 * Megabyte;
        _time.Advance(IdleMemoryRelease.Period);
        Assert.That(_heap.Collections, Is.EqualTo(1));
        _heap.AllocatedBytes += 500 * Megabyte;
        _time.Advance(IdleMemoryRelease.Period);

        _heap.InUse = 4 * Megabyte;
        AdvanceBy(3 * IdleMemoryRelease.Period);
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((2, 1)));
    }

    [Test]
    public void Collections_that_say_nothing_take_a_small_share_of_the_time()
    {
        _heap.InUse = _heap.HeldBytes = 300 * Megabyte;
        for (var i = 0; i < 30; i++)
        {
            _heap.AllocatedBytes += 500 * Megabyte;
            _time.Advance(IdleMemoryRelease.Period);
            _time.Advance(IdleMemoryRelease.Period);
        }
        // 300 MB take about 0.3 s of a core, so one in 6 s is allowed: in every second quiet period.
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((15, 0)));
    }

    [Test]
    public void What_a_collection_has_freed_is_returned_to_the_system()
    {
        _heap.HeldBytes = 200 * Megabyte;
        _heap.Collecting = () => _heap.HeldBytes = 10 * Megabyte;
        AdvanceBy(2 * IdleMemoryRelease.Period);
        Assert.That(_heap.Releases, Is.EqualTo(1));
    }

    [Test]
    public void What_a_collection_has_freed_is_returned_also_after_requests_that_came_before_its_end()
    {
        _heap.HeldBytes = 200 * Megabyte;
        _heap.Collecting = () => _heap.HeldBytes = 10 * Megabyte;
        _time.Advance(IdleMemoryRelease.Period);
        _heap.AllocatedBytes += 500 * Megabyte;
        _time.Advance(IdleMemoryRelease.Period);
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((1, 0)));

        AdvanceBy(3 * IdleMemoryRelease.Period);
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((2, 1)));
        AdvanceBy(TimeSpan.FromMinutes(10));
        Assert.That(_heap.Releases, Is.EqualTo(1));
    }

    [Test]
    public void The_end_of_a_collection_is_waited_for()
    {
        _heap.HeldBytes = 200 * Megabyte;
        _heap.IsSlow = true;
        AdvanceBy(5 * IdleMemoryRelease.Period);
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((1, 0)));
        _heap.IsSlow = false;
        _time.Advance(IdleMemoryRelease.Period);
        Assert.That(_heap.Releases, Is.EqualTo(1));
    }

    [Test]
    public void The_end_of_a_collection_that_was_under_way_says_nothing()
    {
        _heap.InUse = _heap.HeldBytes = 200 * Megabyte;
        _heap.IsCollecting = true;
        AdvanceBy(2 * IdleMemoryRelease.Period);
        Assert.That(_heap.Collections, Is.Zero);

        _heap.IsCollecting = false;
        _heap.InUse = 4 * Megabyte;
        AdvanceBy(2 * IdleMemoryRelease.Period);
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((1, 1)));
    }

    [Test]
    public void A_release_longer_than_a_period_is_the_only_one()
    {
        _heap.HeldBytes = 200 * Megabyte;
        _heap.Releasing = () =>
        {
            _heap.Releasing = () => { };
            AdvanceBy(10 * IdleMemoryRelease.Period);
        };
        AdvanceBy(2 * IdleMemoryRelease.Period);
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((1, 1)));
    }

    [Test]
    public void A_small_heap_is_left_to_the_runtime()
    {
        _heap.HeldBytes = IdleMemoryRelease.SmallestRelease;
        AdvanceBy(2 * IdleMemoryRelease.Period);

        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((0, 0)));
    }

    [Test]
    public void What_is_in_use_is_not_collected_again_until_the_heap_has_doubled()
    {
        _heap.InUse = 150 * Megabyte;
        _heap.HeldBytes = 200 * Megabyte;
        AdvanceBy(TimeSpan.FromSeconds(24));
        _heap.HeldBytes = 300 * Megabyte;
        AdvanceBy(TimeSpan.FromSeconds(4));
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((1, 0)));

        _heap.HeldBytes = (300 * Megabyte) + IdleMemoryRelease.SmallestRelease + 1;
        AdvanceBy(TimeSpan.FromSeconds(4));
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((2, 1)));
    }

    [Test]
    public void Nothing_is_collected_while_a_request_uses_large_arrays()
    {
        _heap.HeldBytes = 200 * Megabyte;
        _heap.RequestBytes = 200 * Megabyte;
        AdvanceBy(2 * IdleMemoryRelease.Period);
        Assert.That(_heap.Collections, Is.Zero, "what it uses would count as in use, and stay after its end");

        _heap.RequestBytes = 0;
        AdvanceBy(2 * IdleMemoryRelease.Period);
        Assert.That(_heap.Releases, Is.EqualTo(1));
    }

    [Test]
    public void What_was_in_use_is_released_later_without_growth()
    {
        _heap.InUse = 300 * Megabyte;
        _heap.HeldBytes = 400 * Megabyte;
        AdvanceBy(2 * IdleMemoryRelease.Period);
        // The waiting fetches have ended since.
        _heap.InUse = 4 * Megabyte;
        AdvanceBy(IdleMemoryRelease.FirstRepetition * 2 + IdleMemoryRelease.Period);

        Assert.That(_heap.HeldBytes, Is.EqualTo(4 * Megabyte));
    }

    [Test]
    public void What_stays_in_use_is_collected_less_and_less_often_and_never_released()
    {
        _heap.InUse = _heap.HeldBytes = 300 * Megabyte;
        AdvanceBy(TimeSpan.FromHours(1));
        // After 0, 2, 6, 14 and 30 minutes: the first collection has doubled the time already.
        Assert.That(_heap.Collections, Is.EqualTo(5));

        AdvanceBy(TimeSpan.FromHours(10));
        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((15, 0)), "each hour");
    }

    [Test]
    public void Releases_take_a_small_share_of_the_time()
    {
        _heap.Releasing = () => _time.Advance(TimeSpan.FromMilliseconds(100));
        for (var seconds = 0; seconds < 78; seconds += 3)
        {
            _heap.HeldBytes = 200 * Megabyte;
            _time.Advance(IdleMemoryRelease.Period + TimeSpan.FromSeconds(1));
        }

        Assert.That(_heap.Releases, Is.EqualTo(3));
    }

    [Test]
    public void Buffers_are_released_once_the_pool_has_dropped_them()
    {
        _buffers.Return(_buffers.Rent((int)(16 * Megabyte)));
        _buffers.Return(_buffers.Rent((int)(8 * Megabyte)));
        _heap.HeldBytes = (24 * Megabyte) + IdleMemoryRelease.SmallestRelease;
        AdvanceBy(2 * IdleMemoryRelease.Period);
        Assert.That(_heap.Collections, Is.Zero, "the pool keeps them for the next request");

        _buffers.Trim();
        _buffers.Trim();
        AdvanceBy(2 * IdleMemoryRelease.Period);
        Assert.That(_heap.Releases, Is.EqualTo(1));
    }

    [Test]
    public void Nothing_is_collected_after_disposal()
    {
        _release.Dispose();
        _heap.HeldBytes = 200 * Megabyte;
        AdvanceBy(2 * IdleMemoryRelease.Period);

        Assert.That((_heap.Collections, _heap.Releases), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task The_heap_of_the_process_says_what_a_collection_has_found()
    {
        var heap = new ProcessHeap();
        var kept = new byte[8 * Megabyte];
        await Eventually.True(heap.TryBeginCollection, "no other collection is under way");
        await Eventually.True(() => heap.CollectedInUse > kept.LongLength, "the collection has ended");
        GC.KeepAlive(kept);
    }

    private void AdvanceBy(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += IdleMemoryRelease.Period)
            _time.Advance(IdleMemoryRelease.Period);
    }

    private sealed class Heap : IManagedHeap
    {
        public long AllocatedBytes { get; set; }

        public long HeldBytes { get; set; }

        public long RequestBytes { get; set; }

        public long InUse { get; set; }

        public int Collections { get; private set; }

        public int Releases { get; private set; }

        public bool IsSlow { get; set; }

        public bool IsCollecting { get; set; }

        public long? CollectedInUse => IsSlow ? null : InUse;

        public Action Releasing { get; set; } = () => { };

        public Action Collecting { get; set; } = () => { };

        public bool TryBeginCollection()
        {
            if (IsCollecting)
                return false;
            Collections++;
            Collecting();
            return true;
        }

        public long Release()
        {
            Releases++;
            Releasing();
            return HeldBytes = InUse;
        }
    }
}
