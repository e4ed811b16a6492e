using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Provisioning;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ProducerIdAllocatorTests
{
    private readonly BlockChannel _channel = new();

    [Test]
    public async Task Callers_at_the_same_time_share_a_block_and_get_ids_of_their_own()
    {
        using var client = new ControllerClient(_channel, TimeProvider.System);
        var allocator = new ProducerIdAllocator(1, () => 5, client);
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () => (await allocator.NextAsync()).ProducerId)));
        Assert.That(ids, Is.EquivalentTo(Enumerable.Range(0, 100)));
        Assert.That(_channel.Requests.Select(request => (request.BrokerId, request.BrokerEpoch)), Is.EqualTo(new[] { (1, 5L) }));
    }

    [Test]
    public async Task A_used_block_is_followed_by_the_next()
    {
        using var client = new ControllerClient(_channel, TimeProvider.System);
        var allocator = new ProducerIdAllocator(1, () => 5, client);
        for (var id = 0; id < 2001; id++)
            Assert.That(await allocator.NextAsync(), Is.EqualTo((ErrorCode.None, (long)id)));
        Assert.That(_channel.Requests, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task An_error_of_the_controller_is_the_result_and_the_next_call_requests_again()
    {
        using var client = new ControllerClient(_channel, TimeProvider.System);
        var allocator = new ProducerIdAllocator(1, () => 5, client);
        _channel.Error = ErrorCode.StaleBrokerEpoch;
        Assert.That(await allocator.NextAsync(), Is.EqualTo((ErrorCode.StaleBrokerEpoch, -1L)));
        _channel.Error = ErrorCode.None;
        Assert.That(await allocator.NextAsync(), Is.EqualTo((ErrorCode.None, 0L)));
    }

    private sealed class BlockChannel : IControllerChannel
    {
        private long _next;

        public ErrorCode Error { get; set; }

        public List<AllocateProducerIdsRequest> Requests { get; } = [];

        public Task Active => Task.CompletedTask;

        public Task<TResponse> SendAsync<TRequest, TResponse>(
            ControllerApi<TRequest, TResponse> api, ControllerRequestContext context, TRequest request)
            where TRequest : class, IRequest<TRequest>
            where TResponse : class, IResponse<TResponse>
        {
            Requests.Add((AllocateProducerIdsRequest)(object)request);
            var response = new AllocateProducerIdsResponse { ErrorCode = Error, ProducerIdStart = _next, ProducerIdLen = 1000 };
            if (Error == ErrorCode.None)
                _next += 1000;
            return Task.FromResult((TResponse)(object)response);
        }
    }
}
