using System.Runtime.CompilerServices;
using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Handlers.Data;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Broker.Tests.Replication;
using KafkaSharp.Broker.Tests.Requests;
using KafkaSharp.Network.Connections;
using KafkaSharp.Network.Endpoints;
using KafkaSharp.Network.Transports;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Broker.Tests.Handlers.Data;

/// <summary>What a fetch keeps of its request while it waits, and where a fetch of many partitions runs.</summary>
internal sealed class FetchHandlerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private LeaderFixture _leader = null!;
    private FetchHandler _handler = null!;
    private MemoryTransport _client = null!;
    private RequestServices _services = null!;
    private Connection _connection = null!;

    [SetUp]
    public void Start()
    {
        _leader = new LeaderFixture();
        _handler = new FetchHandler(
            new FetchReader(_leader.Replicas, _leader.Timers, _leader.Time), new FetchSessionCache(1000, _leader.Time, new Random(5)),
            fetchMaxBytes: 1 << 20);
        (var transport, _client) = MemoryTransport.CreatePair();
        _services = TestServices.Create();
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

    // Each made 15 MB or more stay for as long as the client chooses to wait.
    [TestCase("one partition named again and again")]
    [TestCase("topics without partitions")]
    [TestCase("forgotten topics")]
    [TestCase("topics with long names")]
    [TestCase("a rack")]
    [TestCase("a cluster")]
    public async Task A_waiting_fetch_keeps_nothing_of_what_its_request_names_beside_the_partitions_that_it_reads(string beside)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var request = RequestWith(beside);
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.GreaterThan(5_000_000));
        var fetch = _handler.HandleAsync(Context(13), request).AsTask();
        Assert.That(fetch.IsCompleted, Is.False);
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(1_000_000));
        GC.KeepAlive(request);

        _leader.Append();
        var response = await fetch.WaitAsync(s_patience);
        Assert.That(response!.Responses.SelectMany(topic => topic.Partitions).Single().Records?.Length, Is.GreaterThan(0));
    }

    // Apart from the test, whose local variables keep what they refer to.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private FetchRequest RequestWith(string beside)
    {
        const int Times = 100_000;
        var request = Request(_leader);
        if (beside == "one partition named again and again")
        {
            request.Topics[0].Partitions.AddRange(Enumerable.Range(0, Times).Select(_ => new FetchRequest.FetchPartition()));
        }
        else if (beside == "topics without partitions")
        {
            request.Topics.AddRange(Enumerable.Range(0, Times).Select(i => new FetchRequest.FetchTopic { TopicId = new Uuid(9, i) }));
        }
        else if (beside == "topics with long names")
        {
            request.Topics.AddRange(Enumerable.Range(0, 200).Select(_ => new FetchRequest.FetchTopic { Topic = new string('x', 30_000) }));
        }
        else if (beside == "a rack")
        {
            request.RackId = new string('x', 5_000_000);
        }
        else if (beside == "a cluster")
        {
            request.ClusterId = new string('x', 5_000_000);
        }
        else
        {
            request.ForgottenTopicsData.AddRange(Enumerable.Range(0, Times).Select(i => new FetchRequest.ForgottenTopic
            {
                TopicId = new Uuid(9, i), Partitions = [0],
            }));
        }
        return request;
    }

    // A fault of the test broker is applied to the response afterwards, to the partitions that the request names.
    [Test]
    public void An_interceptor_finds_the_request_as_it_was([Values] bool hasInterceptor)
    {
        _services = _services with { Interceptor = hasInterceptor ? new NoInterceptor() : null };
        var request = Request(_leader);
        request.MaxWaitMs = 0;
        request.Topics[0].Partitions.AddRange(Enumerable.Range(1, 2_000).Select(i => new FetchRequest.FetchPartition { Partition = i }));
        Assert.That(_handler.HandleAsync(Context(13), request).AsTask().IsCompletedSuccessfully);
        Assert.That(request.Topics, Has.Count.EqualTo(hasInterceptor ? 1 : 0));
    }

    // A request of a few bytes reads all partitions of its session; without lanes it has no response.
    [TestCase(1_000, true)]
    [TestCase(1_001, false)]
    public async Task An_incremental_fetch_of_a_session_of_many_partitions_runs_on_a_lane(int partitions, bool isInline)
    {
        var id = await StartSessionAsync(partitions);
        var context = Context(13);
        Assert.That(Named(await _handler.HandleAsync(context, Incremental(id, 1))), Is.EqualTo(partitions - 1), "all but the known one");
        Assert.That(context.IsLarge, Is.Not.EqualTo(isInline));

        _services.Lanes.Dispose();
        var fetch = _handler.HandleAsync(Context(13), Incremental(id, 2)).AsTask();
        Assert.That(fetch.IsCanceled, Is.Not.EqualTo(isInline));
    }

    [TestCase(1_000, true)]
    [TestCase(1_001, false)]
    public async Task A_fetch_of_many_partitions_is_read_on_a_lane_again_when_it_has_waited(int partitions, bool isInline)
    {
        var id = await StartSessionAsync(partitions);
        var request = Incremental(id, 1);
        (request.MaxWaitMs, request.MinBytes) = (60_000, 1);
        var fetch = _handler.HandleAsync(Context(13), request).AsTask();
        Assert.That(SpinWait.SpinUntil(() => _leader.Timers.Count == 1, s_patience), "it waits");
        _services.Lanes.Dispose();
        _leader.Append();
        if (isInline)
            Assert.That(Named(await fetch.WaitAsync(s_patience)), Is.EqualTo(partitions));
        else
            Assert.That(async () => await fetch.WaitAsync(s_patience), Throws.InstanceOf<OperationCanceledException>());
    }

    // The partition that exists, and others that do not.
    private async Task<int> StartSessionAsync(int partitions)
    {
        var request = Request(_leader, epoch: FetchSession.InitialEpoch);
        request.MaxWaitMs = 0;
        request.Topics[0].Partitions.AddRange(
            Enumerable.Range(1, partitions - 1).Select(i => new FetchRequest.FetchPartition { Partition = i }));
        return (await _handler.HandleAsync(Context(13), request))!.SessionId;
    }

    private static FetchRequest Incremental(int session, int epoch) => new()
    {
        SessionId = session, SessionEpoch = epoch, MinBytes = 1, MaxWaitMs = 0,
    };

    private static int Named(FetchResponse? response) => response!.Responses.Sum(topic => topic.Partitions.Count);

    private RequestContext Context(short version) =>
        new(new ClientSession(_connection, _services), ApiKey.Fetch, version, correlationId: 1, clientId: null);

    private static FetchRequest Request(LeaderFixture leader, int epoch = FetchSession.FinalEpoch) => new()
    {
        MaxWaitMs = 60_000,
        MinBytes = 1,
        SessionEpoch = epoch,
        Topics =
        [
            new()
            {
                TopicId = LeaderFixture.TopicId,
                Partitions = [new() { Partition = 0, FetchOffset = leader.Partition.Log.LogEndOffset, PartitionMaxBytes = 1 << 20 }],
            },
        ],
    };

    private sealed class NoInterceptor : IRequestInterceptor
    {
        public ValueTask<TResponse?> HandleAsync<TRequest, TResponse>(
            RequestContext context, TRequest request, IApiHandler<TRequest, TResponse> handler)
            where TRequest : class, IRequest<TRequest>
            where TResponse : class, IResponse<TResponse> => handler.HandleAsync(context, request);
    }
}
