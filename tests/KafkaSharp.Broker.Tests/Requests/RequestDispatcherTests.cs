using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Requests;

public sealed class RequestDispatcherTests
{
    [Test]
    public async Task The_handler_sees_the_header_and_the_connection()
    {
        RequestContext? seen = null;
        using var fixture = new DispatcherFixture(TableOf(context => seen = context));

        await fixture.AskAsync(RawRequest.ListGroups(4, 77, "my-client"));

        Assert.That(seen, Is.Not.Null);
        Assert.Multiple(() =>
        {
            Assert.That(seen!.ApiKey, Is.EqualTo(ApiKey.ListGroups));
            Assert.That(seen.ApiVersion, Is.EqualTo(4));
            Assert.That(seen.CorrelationId, Is.EqualTo(77));
            Assert.That(seen.ClientId, Is.EqualTo("my-client"));
            Assert.That(seen.ListenerName, Is.EqualTo("PLAINTEXT"));
            Assert.That(seen.Principal.ToString(), Is.EqualTo("User:ANONYMOUS"));
            Assert.That(seen.ClientAddress.ToString(), Is.EqualTo("127.0.0.1"));
        });
    }

    [Test]
    public async Task A_request_that_waits_keeps_only_the_beginning_of_a_long_client_id()
    {
        RequestContext? seen = null;
        string? atFirst = null;
        var waiting = new TaskCompletionSource<ListGroupsResponse?>();
        var handler = new StubHandler<ListGroupsRequest, ListGroupsResponse>
        {
            Handle = (context, _) =>
            {
                (seen, atFirst) = (context, context.ClientId);
                return new(waiting.Task);
            },
        };
        using var fixture = new DispatcherFixture(new ApiTable(ApiRoute.For(handler)));
        var clientId = new string('c', 32_000);

        await fixture.SendAsync(RawRequest.ListGroups(0, 5, clientId));
        await Eventually.True(() => seen?.ClientId?.Length == 256, "the client id is shortened");

        Assert.That(atFirst, Is.EqualTo(clientId), "the handler sees all of it until it waits");
        waiting.SetResult(new());
        Assert.That(await fixture.ReadAsync(), Is.Not.Null);
    }

    [Test]
    public async Task An_exception_is_logged_once_and_the_response_is_the_error_response_of_the_route()
    {
        using var fixture = new DispatcherFixture(FailingTable(new InvalidOperationException("bug"), responds: true));

        var response = await fixture.AskAsync(RawRequest.ListGroups(0, 5));

        Assert.That(Convert.ToHexStringLower(response!), Is.EqualTo("00000005" + "ffff" + "00000000"));
        Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1));
        Assert.That(fixture.Log.Warnings[0], Does.Contain("bug").And.Contain("ListGroups v0"));
        Assert.That(await fixture.AskAsync(RawRequest.ListGroups(0, 6)), Is.Not.Null, "the connection goes on");
    }

    [Test]
    public async Task An_IO_failure_becomes_a_storage_error()
    {
        using var fixture = new DispatcherFixture(FailingTable(new IOException("disk"), responds: true));

        Assert.That(Convert.ToHexStringLower((await fixture.AskAsync(RawRequest.ListGroups(0, 5)))!), Is.EqualTo(
            "00000005" + "0038" + "00000000"));
    }

    [Test]
    public async Task An_exception_without_an_error_response_closes_the_connection()
    {
        using var fixture = new DispatcherFixture(FailingTable(new InvalidOperationException("bug"), responds: false));

        Assert.That(await fixture.AskAsync(RawRequest.ListGroups(0, 5)), Is.Null);
        await fixture.Connection.Completion;
        Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_null_response_sends_nothing_and_the_next_request_receives_its_response()
    {
        var first = true;
        using var fixture = new DispatcherFixture(new ApiTable(ApiRoute.For(new StubHandler<ListGroupsRequest, ListGroupsResponse>
        {
            Handle = (_, _) => new(Interlocked.Exchange(ref first, false) ? null : new ListGroupsResponse()),
        })));
        await fixture.SendAsync(RawRequest.ListGroups(0, 1));

        Assert.That(Convert.ToHexStringLower((await fixture.AskAsync(RawRequest.ListGroups(0, 2)))!), Does.StartWith("00000002"));
    }

    [Test]
    public async Task A_handler_may_close_the_connection_after_its_response()
    {
        using var fixture = new DispatcherFixture(TableOf(context => context.ClosesConnection = true));

        Assert.That(await fixture.AskAsync(RawRequest.ListGroups(0, 1)), Is.Not.Null);
        Assert.That(await fixture.ReadAsync(), Is.Null);
    }

    [Test]
    public async Task Leases_are_kept_until_the_response_is_sent()
    {
        var lease = new Lease();
        using var fixture = new DispatcherFixture(TableOf(context => context.AddLease(lease)));

        Assert.That(await fixture.AskAsync(RawRequest.ListGroups(0, 1)), Is.Not.Null);

        await Eventually.True(() => lease.Disposals == 1, "the lease is given back");
    }

    [Test]
    public async Task Leases_of_a_failed_request_are_given_back()
    {
        var lease = new Lease();
        using var fixture = new DispatcherFixture(TableOf(context =>
        {
            context.AddLease(lease);
            throw new InvalidOperationException("bug");
        }));

        Assert.That(await fixture.AskAsync(RawRequest.ListGroups(0, 1)), Is.Null);
        await Eventually.True(() => lease.Disposals == 1, "the lease is given back");
    }

    [Test]
    public async Task Leases_of_a_request_whose_response_finds_the_lanes_stopped_are_given_back()
    {
        var lease = new Lease();
        var services = TestServices.Create();
        using var fixture = new DispatcherFixture(
            new ApiTable(ApiRoute.For(new StubHandler<ListGroupsRequest, ListGroupsResponse>
            {
                Handle = async (context, _) =>
                {
                    context.IsLarge = true;
                    context.AddLease(lease);
                    await Task.Yield();
                    services.Lanes.Dispose();
                    return new ListGroupsResponse();
                },
            })),
            services: services);

        Assert.That(await fixture.AskAsync(RawRequest.ListGroups(0, 1)), Is.Null);
        await Eventually.True(() => lease.Disposals == 1, "the lease is given back");
    }

    [Test]
    public void An_API_has_one_route_on_a_kind_of_listener()
    {
        var route = ApiRoute.For(new StubHandler<ListGroupsRequest, ListGroupsResponse>());

        Assert.That(() => new ApiTable(route, route), Throws.ArgumentException);
    }

    [Test]
    public void Routes_serve_the_stable_versions_on_the_listeners_of_Kafka()
    {
        var route = ApiRoute.For(new StubHandler<InitProducerIdRequest, InitProducerIdResponse>());

        Assert.That((route.LowestVersion, route.HighestVersion, route.Listeners), Is.EqualTo(((short)0, (short)5, ApiListeners.Broker)));
    }

    private static ApiTable TableOf(Action<RequestContext> act) => new(ApiRoute.For(new StubHandler<ListGroupsRequest, ListGroupsResponse>
    {
        Handle = (context, _) =>
        {
            act(context);
            return new(new ListGroupsResponse());
        },
    }));

    private static ApiTable FailingTable(Exception failure, bool responds) =>
        new(ApiRoute.For(new StubHandler<ListGroupsRequest, ListGroupsResponse>
    {
        Handle = async (_, _) =>
        {
            await Task.Yield();
            throw failure;
        },
        OnFail = (_, error) => responds ? new ListGroupsResponse { ErrorCode = error } : null,
    }));

    private sealed class Lease : IDisposable
    {
        private int _disposals;

        public int Disposals => Volatile.Read(ref _disposals);

        public void Dispose() => Interlocked.Increment(ref _disposals);
    }
}
