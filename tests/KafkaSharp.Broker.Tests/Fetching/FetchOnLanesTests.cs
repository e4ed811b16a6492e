using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Handlers.Data;
using KafkaSharp.Broker.Lanes;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Broker.Tests.Replication;
using KafkaSharp.Broker.Tests.Requests;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Transports;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Broker.Tests.Fetching;

/// <summary>Where the parts of a large fetch run, and whether they let others run.</summary>
internal sealed class FetchOnLanesTests
{
    private const int Many = 1024;
    // A check-in for each 256 partitions, and each of them reads the clock of the lanes.
    private const int CheckInsOfLoop = Many / 256;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private LeaderFixture _leader = null!;
    private FetchReader _reader = null!;
    private ObservedTime _laneTime = null!;
    private ObservedTime _sessionTime = null!;
    private FetchHandler _handler = null!;
    private MemoryTransport _client = null!;
    private RequestServices _services = null!;
    private Connection _connection = null!;

    [SetUp]
    public void Start()
    {
        _leader = new LeaderFixture();
        (_laneTime, _sessionTime) = (new ObservedTime(_leader.Time), new ObservedTime(_leader.Time));
        _reader = new FetchReader(_leader.Replicas, _leader.Timers, _leader.Time);
        _handler = new FetchHandler(_reader, new FetchSessionCache(1000, _sessionTime, new Random(5)), fetchMaxBytes: 1 << 20);
        (var transport, _client) = MemoryTransport.CreatePair();
        // Of so little memory every reservation counts.
        _services = TestServices.Create() with { Lanes = new WorkLanes(_laneTime, parallelism: 1, maxMemory: 1_000_000) };
        _connection = new Connection(
            1, new ListenerOptions(new Endpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 9092)), transport, null!,
            _leader.Time, NullLogger.Instance);
    }

    [TearDown]
    public async Task Stop()
    {
        _connection.Close("test over");
        _client.Dispose();
        _services.Lanes.Dispose();
        await _leader.DisposeAsync();
    }

    [TestCase(0, CheckInsOfLoop, Description = "the read")]
    [TestCase(60_000, 3 * CheckInsOfLoop, Description = "the read, where it waits, and the read that nothing is missed between")]
    public async Task A_read_of_many_partitions_lets_others_run(int maxWaitMs, int expected)
    {
        var context = Context();
        Task<FetchPartitionResult[]>? reading = null;
        var checkIns = await context.RunOnLaneAsync(_ =>
        {
            var before = _laneTime.Calls;
            reading = ReadAsync(context, maxWaitMs);
            return _laneTime.Calls - before;
        });
        Assert.That((checkIns, reading!.IsCompleted), Is.EqualTo((expected, maxWaitMs == 0)));
    }

    [Test]
    public async Task A_response_of_many_partitions_lets_others_run()
    {
        var context = Context();
        context.IsLarge = true;
        var checkIns = await context.RunOnLaneAsync(_ =>
        {
            var before = _laneTime.Calls;
            Assert.That(_handler.HandleAsync(context, Request(maxWaitMs: 0)).AsTask().IsCompletedSuccessfully);
            return _laneTime.Calls - before;
        });
        // The read; then what is known, what the metadata knows no id of, and what it knows no partition of.
        Assert.That(checkIns, Is.EqualTo(CheckInsOfLoop + 3 * CheckInsOfLoop));
    }

    [Test]
    public void The_read_after_the_wait_of_a_large_fetch_runs_on_a_lane()
    {
        var context = Context();
        context.IsLarge = true;
        var fetch = ReadAsync(context, maxWaitMs: 60_000);
        _services.Lanes.Dispose();
        Assert.That(fetch.IsCompleted, Is.False);
        _leader.Append();
        Assert.That(async () => await fetch.WaitAsync(s_patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task The_response_after_the_wait_of_a_large_fetch_is_made_on_a_lane()
    {
        var context = Context();
        context.IsLarge = true;
        var wasOnLane = false;
        _sessionTime.OnCall = () => wasOnLane = LaneItem.Current is not null;
        var fetch = _handler.HandleAsync(context, Request(maxWaitMs: 60_000, FetchSession.InitialEpoch)).AsTask();
        Assert.That(fetch.IsCompleted, Is.False);
        _leader.Append();
        Assert.That((await fetch.WaitAsync(s_patience))!.SessionId, Is.Not.Zero);
        Assert.That(wasOnLane, "where the session was made");
    }

    [Test]
    public async Task An_incremental_fetch_of_a_session_of_many_partitions_reserves_memory()
    {
        var started = await _handler.HandleAsync(Context(), Request(maxWaitMs: 0, FetchSession.InitialEpoch));
        var reserved = 0L;
        _sessionTime.OnCall = () => reserved = LaneItem.Current?.ReservedBytes ?? 0;
        await _handler.HandleAsync(Context(), new FetchRequest { SessionId = started!.SessionId, SessionEpoch = 1 });
        Assert.That(reserved, Is.GreaterThan(100 * Many));
    }

    private RequestContext Context() =>
        new(new ClientSession(_connection, _services), ApiKey.Fetch, apiVersion: 13, correlationId: 1, clientId: null);

    private Task<FetchPartitionResult[]> ReadAsync(RequestContext context, int maxWaitMs) => _reader.ReadAsync(
        LeaderFixture.Named(Enumerable.Range(0, Many)
            .Select(i => new FetchPartitionState(new FetchPartitionKey(LeaderFixture.TopicId, null, i)) { MaxBytes = 1 })),
        new FetchParameters(TimeSpan.FromMilliseconds(maxWaitMs), 1, 1 << 20, FetchIsolation.HighWatermark, HardMaxBytes: false),
        context).AsTask();

    // The partition that exists, and others that do not.
    private static FetchRequest Request(int maxWaitMs, int epoch = FetchSession.FinalEpoch) => new()
    {
        MaxWaitMs = maxWaitMs,
        MinBytes = 1,
        SessionEpoch = epoch,
        Topics =
        [
            new()
            {
                TopicId = LeaderFixture.TopicId,
                Partitions =
                [
                    .. Enumerable.Range(0, Many).Select(i => new FetchRequest.FetchPartition { Partition = i, PartitionMaxBytes = 1 }),
                ],
            },
        ],
    };

    /// <summary>A clock that counts the calls for its timestamp, and notifies a test of each of them.</summary>
    private sealed class ObservedTime(TimeProvider time) : TimeProvider
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public Action? OnCall { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref _calls);
            OnCall?.Invoke();
            return time.GetTimestamp();
        }
    }
}
