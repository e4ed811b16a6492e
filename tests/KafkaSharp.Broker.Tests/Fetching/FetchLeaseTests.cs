using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Lanes;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Broker.Tests.Replication;
using KafkaSharp.Broker.Tests.Requests;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Transports;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Broker.Tests.Fetching;

/// <summary>What a fetch that fails has borrowed is given back: otherwise its segments stay mapped and open for ever.</summary>
internal sealed class FetchLeaseTests
{
    private const int Value = 2_000;
    private static readonly Uuid s_other = new(5, 6);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private LendingFileSystem _files = null!;
    private LeaderFixture _leader = null!;

    [SetUp]
    public void Start()
    {
        _leader = new LeaderFixture(files => _files = new LendingFileSystem(files));
        _leader.Update(
            new TopicRecord { Name = "other", TopicId = s_other },
            new PartitionRecord { TopicId = s_other, PartitionId = 0, Replicas = [1], Isr = [1], Leader = 1, LeaderEpoch = 0,
                PartitionEpoch = 0 });
        _leader.Append(Value);
        _leader.Append(Value, s_other);
    }

    [TearDown]
    public ValueTask Stop() => _leader.DisposeAsync();

    [Test]
    public async Task A_result_lends_until_its_lease_is_disposed_of()
    {
        var results = await _leader.FetchAsync(1, topics: [LeaderFixture.TopicId, s_other]);
        Assert.That(_files.Lent, Is.EqualTo(2));
        foreach (var result in results)
            result.Lease!.Dispose();
        Assert.That(_files.Lent, Is.Zero);
    }

    // An OutOfMemoryException is the error of one request; the broker goes on.
    [TestCase(1, Description = "at the first read")]
    [TestCase(3, Description = "at the read before the wait")]
    [TestCase(5, Description = "at the read after the wait")]
    public async Task A_read_that_fails_gives_back_what_the_partitions_before_it_have_lent(int loansUntilFailure)
    {
        _files.LoansUntilFailure = loansUntilFailure;
        Assert.That(async () =>
        {
            var fetch = _leader.FetchAsync(5 * Value / 2, topics: [LeaderFixture.TopicId, s_other], maxBytes: 1 << 20);
            _leader.Append(Value);
            await fetch.WaitAsync(s_patience);
        }, Throws.InstanceOf<OutOfMemoryException>());
        Assert.That(_files.Lent, Is.Zero);
        _files.LoansUntilFailure = int.MaxValue;
        Assert.That((await _leader.FetchAsync(1)).Single().ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    // The lanes end a loop at its next check-in when the broker stops.
    [TestCase(1, Description = "during the first read")]
    [TestCase(2, Description = "where the wait begins")]
    [TestCase(3, Description = "during the read before the wait")]
    public async Task A_broker_that_stops_during_a_read_on_a_lane_has_its_segments_back(int checkIn)
    {
        var time = new CheckInTime();
        var lanes = new WorkLanes(time, parallelism: 1);
        var (transport, client) = MemoryTransport.CreatePair();
        using var ofClient = client;
        var connection = new Connection(
            1, new ListenerOptions(new Endpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 9092)), transport, null!,
            _leader.Time, NullLogger.Instance);
        var context = new RequestContext(
            new ClientSession(connection, TestServices.Create() with { Lanes = lanes }), ApiKey.Fetch, 13, 1, null);
        var wanted = LeaderFixture.Named(Enumerable.Range(0, 300)
            .Select(i => new FetchPartitionState(new FetchPartitionKey(LeaderFixture.TopicId, null, i)) { MaxBytes = 1 << 20 }));
        var parameters = new FetchParameters(
            TimeSpan.FromMinutes(1), 1 << 20, 1 << 20, FetchIsolation.HighWatermark, HardMaxBytes: false);
        var reader = new FetchReader(_leader.Replicas, _leader.Timers, _leader.Time);
        var stopping = Task.CompletedTask;
        var reading = context.RunOnLaneAsync(_ =>
        {
            time.BeforeCheckIn(checkIn, () =>
            {
                stopping = Task.Run(lanes.Dispose);
                Assert.That(SpinWait.SpinUntil(() => lanes.RunAsync(new LaneFlow(), _ => 0).IsCanceled, s_patience));
            });
            return reader.ReadAsync(wanted, parameters, context).AsTask();
        });
        Assert.That(async () => await (await reading.WaitAsync(s_patience)).WaitAsync(s_patience),
            Throws.InstanceOf<OperationCanceledException>());
        await stopping.WaitAsync(s_patience);
        Assert.That(_files.Lent, Is.Zero);
    }

    /// <summary>A clock by which each check-in ends a turn.</summary>
    private sealed class CheckInTime : TimeProvider
    {
        private Action? _action;
        private int _left;
        private long _now;

        public void BeforeCheckIn(int number, Action action) => (_left, _action) = (number, action);

        public override long GetTimestamp()
        {
            if (_action is { } action && --_left == 0)
            {
                _action = null;
                action();
            }
            return Interlocked.Add(ref _now, TimestampFrequency);
        }
    }
}
