using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Metadata.Tests.Client;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ControllerClientTests
{
    private static readonly AllocateProducerIdsRequest s_request = new() { BrokerId = 1 };
    private readonly ManualTimeProvider _time = new();
    private readonly FakeChannel _channel = new();

    [Test]
    public async Task A_request_is_retried_with_backoff_until_a_controller_is_active()
    {
        using var client = new ControllerClient(_channel, _time);
        var response = SendAsync(client, TimeSpan.FromSeconds(10));
        for (var attempts = 1; attempts <= 3; attempts++)
        {
            Assert.That((_channel.Attempts.Count, response.IsCompleted), Is.EqualTo((attempts, false)));
            await BackOffAsync();
            await Eventually.True(() => _channel.Attempts.Count > attempts, "the next attempt");
        }
        _channel.Error = null;
        await BackOffAsync();
        Assert.That((await response).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(_channel.Attempts[^1], Is.EqualTo(TimeSpan.FromSeconds(9.6)), "an attempt gets what is left of the time limit");
    }

    [Test]
    public async Task A_request_is_sent_at_once_when_a_controller_becomes_active()
    {
        using var client = new ControllerClient(_channel, _time);
        var response = SendAsync(client, null);
        _channel.Error = null;
        _channel.Activate();
        Assert.That((await response).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_controller_that_refuses_while_it_seems_active_is_not_asked_without_backoff()
    {
        _channel.Activate();
        using var client = new ControllerClient(_channel, _time);
        var response = SendAsync(client, TimeSpan.FromSeconds(1));
        Assert.That((_channel.Attempts.Count, response.IsCompleted), Is.EqualTo((1, false)));
        client.Dispose();
        await response;
    }

    [TestCase(1000)]
    [TestCase(null, 60_000)]
    public async Task Without_a_controller_a_request_times_out(int? timeoutMs, int limitMs = 1000)
    {
        using var client = new ControllerClient(_channel, _time);
        var response = SendAsync(client, timeoutMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null);
        for (var elapsed = 0; elapsed < limitMs; elapsed += 100)
        {
            Assert.That(response.IsCompleted, Is.False, $"after {elapsed} ms");
            var attempts = _channel.Attempts.Count;
            await BackOffAsync();
            await Eventually.True(() => _channel.Attempts.Count > attempts, "the next attempt");
        }
        Assert.That((await response).ErrorCode, Is.EqualTo(ErrorCode.RequestTimedOut));
    }

    [Test]
    public async Task Other_errors_are_within_the_response_at_once()
    {
        _channel.Error = ErrorCode.PolicyViolation;
        using var client = new ControllerClient(_channel, _time);
        Assert.That((await SendAsync(client, null)).ErrorCode, Is.EqualTo(ErrorCode.PolicyViolation));
        Assert.That(_channel.Attempts, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Without_retries_the_response_is_NOT_CONTROLLER()
    {
        using var client = new ControllerClient(_channel, _time) { Retries = false };
        Assert.That((await SendAsync(client, null)).ErrorCode, Is.EqualTo(ErrorCode.NotController));
    }

    [Test]
    public async Task Disposal_ends_the_retries()
    {
        using var client = new ControllerClient(_channel, _time);
        var response = SendAsync(client, null);
        client.Dispose();
        Assert.That((await response).ErrorCode, Is.EqualTo(ErrorCode.NotController));
        Assert.That((await SendAsync(client, null)).ErrorCode, Is.EqualTo(ErrorCode.NotController));
    }

    private async Task BackOffAsync()
    {
        await Eventually.True(() => _time.ActiveTimers > 0, "the client waits");
        _time.Advance(TimeSpan.FromMilliseconds(100));
    }

    private static Task<AllocateProducerIdsResponse> SendAsync(ControllerClient client, TimeSpan? timeout) =>
        client.SendAsync(ControllerApis.AllocateProducerIds, ControllerRequestContext.Internal with { Timeout = timeout }, s_request)
            .WaitAsync(TimeSpan.FromSeconds(30));

    private sealed class FakeChannel : IControllerChannel
    {
        private readonly TaskCompletionSource _active = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Active => _active.Task;

        /// <summary>The error of each attempt; null: it succeeds.</summary>
        public ErrorCode? Error { get; set; } = ErrorCode.NotController;

        /// <summary>The time limit of each attempt.</summary>
        public List<TimeSpan?> Attempts { get; } = [];

        public void Activate() => _active.TrySetResult();

        public Task<TResponse> SendAsync<TRequest, TResponse>(
            ControllerApi<TRequest, TResponse> api, ControllerRequestContext context, TRequest request)
            where TRequest : class, IRequest<TRequest>
            where TResponse : class, IResponse<TResponse>
        {
            Attempts.Add(context.Timeout);
            return Error is { } error
                ? Task.FromException<TResponse>(new StateMachineException(error, "refused"))
                : Task.FromResult((TResponse)(object)new AllocateProducerIdsResponse());
        }
    }
}
