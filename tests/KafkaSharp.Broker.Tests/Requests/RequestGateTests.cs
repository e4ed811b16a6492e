using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Requests;

public sealed class RequestGateTests
{
    [Test]
    public async Task A_route_that_requires_an_operation_responds_with_its_error_where_the_client_may_not_do_it()
    {
        var asked = new List<string>();
        var handled = false;
        var authorizer = new DelegateAuthorizer(request =>
        {
            asked.Add($"{request.Principal} {request.ClientAddress} {request.Operation} {request.ResourceType} {request.ResourceName}");
            return false;
        });
        using var fixture =
            new DispatcherFixture(Table(AclOperation.ClusterAction, _ => handled = true), services: TestServices.Create(authorizer));

        var response = await fixture.AskAsync(RawRequest.ListGroups(0, 5));

        Assert.That(Convert.ToHexStringLower(response!), Is.EqualTo("00000005" + "001f" + "00000000"), "CLUSTER_AUTHORIZATION_FAILED");
        Assert.That(asked, Is.EqualTo(new[] { "User:ANONYMOUS 127.0.0.1 ClusterAction Cluster kafka-cluster" }));
        Assert.That(handled, Is.False);
    }

    [Test]
    public async Task A_route_without_a_required_operation_asks_nobody()
    {
        var authorizer = new DelegateAuthorizer(_ => throw new InvalidOperationException("asked"));
        using var fixture = new DispatcherFixture(Table(null, _ => { }), services: TestServices.Create(authorizer));

        Assert.That(await fixture.AskAsync(RawRequest.ListGroups(0, 5)), Is.Not.Null);
    }

    [Test]
    public async Task Before_authentication_other_APIs_close_the_connection_and_are_not_handled()
    {
        var handled = false;
        var authorizer = new DelegateAuthorizer(_ => throw new InvalidOperationException("authentication comes first"));
        using var fixture = new DispatcherFixture(
            Table(AclOperation.Alter, _ => handled = true), services: TestServices.Create(authorizer));
        await SessionAsync(fixture, session => session.IsAuthenticated = false);

        Assert.That(await fixture.AskAsync(RawRequest.ListGroups(0, 5)), Is.Null);
        Assert.That(handled, Is.False);
        Assert.That(fixture.Log.Warnings, Has.One.Contains("before the client was authenticated"));
    }

    [Test]
    public async Task Before_authentication_ApiVersions_is_served()
    {
        using var fixture = new DispatcherFixture(new ApiTable(ApiRoute.For(new StubHandler<ApiVersionsRequest, ApiVersionsResponse>())));
        await SessionAsync(fixture, session => session.IsAuthenticated = false);

        Assert.That(await fixture.AskAsync(RawRequest.Of(new ApiVersionsRequest(), ApiKey.ApiVersions, 0)), Is.Not.Null);
    }

    [Test]
    public async Task Past_the_deadline_of_authentication_a_request_closes_the_connection()
    {
        var time = new ManualTimeProvider();
        using var fixture = new DispatcherFixture(Table(null, _ => { }), services: TestServices.Create(time: time));
        await SessionAsync(fixture, session => session.ReauthenticateBy = time.GetTimestamp() + TimeSpan.TicksPerSecond);

        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.That(await fixture.AskAsync(RawRequest.ListGroups(0, 5)), Is.Not.Null);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(await fixture.AskAsync(RawRequest.ListGroups(0, 6)), Is.Null);
    }

    [Test]
    public async Task A_delayed_response_says_so_and_mutes_the_connection_in_every_version([Values(0, 1, 4)] short version)
    {
        var time = new ManualTimeProvider();
        var handled = 0;
        using var fixture = new DispatcherFixture(
            Table(null, context =>
            {
                handled++;
                context.Throttle(20_000);
                context.Throttle(1);
            }),
            services: TestServices.Create(time: time));

        var response = await fixture.AskAsync(RawRequest.ListGroups(version, 5));
        var reader = new KafkaReader(response.AsMemory(version >= 3 ? 5 : 4));
        Assert.That(ListGroupsResponse.Read(ref reader, version).ThrottleTimeMs, Is.EqualTo(version >= 1 ? 20_000 : 0));
        await fixture.SendAsync(RawRequest.ListGroups(version, 6));
        await Eventually.True(() => time.ActiveTimers == 1, "the connection is muted");
        time.Advance(TimeSpan.FromMilliseconds(19_999));
        Assert.That(handled, Is.EqualTo(1));
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.That(await fixture.ReadAsync(), Is.Not.Null);
    }

    [Test]
    public async Task What_a_request_names_is_divided_by_what_the_client_may_do()
    {
        RequestContext? context = null;
        var authorizer = new DelegateAuthorizer(
            request => request is { Operation: AclOperation.Read, ResourceType: ResourceType.Topic } && request.ResourceName != "b");
        using var fixture = new DispatcherFixture(Table(null, c => context = c), services: TestServices.Create(authorizer));
        await fixture.AskAsync(RawRequest.ListGroups(0, 5));

        context!.Authorize(AclOperation.Read, ResourceType.Topic, ["a", "b", "c"], name => name, out var allowed, out var refused);

        Assert.That((string.Concat(allowed), string.Concat(refused)), Is.EqualTo(("ac", "b")));
        Assert.That(context.AuthorizedOperations(true, ResourceType.Topic, "a"), Is.EqualTo(1 << (int)AclOperation.Read));
        Assert.That(context.AuthorizedOperations(false, ResourceType.Topic, "a"), Is.EqualTo(int.MinValue));
    }

    [TestCase(ResourceType.Topic, 3576)]
    [TestCase(ResourceType.Group, 3400)]
    [TestCase(ResourceType.Cluster, 8096)]
    public async Task Without_an_authorizer_all_operations_of_Kafka_are_allowed(ResourceType type, int bits)
    {
        RequestContext? context = null;
        using var fixture = new DispatcherFixture(Table(null, c => context = c));
        await fixture.AskAsync(RawRequest.ListGroups(0, 5));
        var names = new List<string> { "a" };

        context!.Authorize(AclOperation.Read, ResourceType.Topic, names, name => name, out var allowed, out var refused);

        Assert.That(context.AuthorizedOperations(true, type, "a"), Is.EqualTo(bits));
        Assert.That(allowed, Is.SameAs(names));
        Assert.That(refused, Is.Empty);
    }

    private static ApiTable Table(AclOperation? requires, Action<RequestContext> act) => new(ApiRoute.For(
        new StubHandler<ListGroupsRequest, ListGroupsResponse>
        {
            Handle = (context, _) =>
            {
                act(context);
                return new(new ListGroupsResponse());
            },
            OnFail = (_, error) => new ListGroupsResponse { ErrorCode = error },
        },
        requires: requires));

    private static async Task SessionAsync(DispatcherFixture fixture, Action<ClientSession> change)
    {
        await Eventually.True(() => fixture.Connection.State is not null, "the connection is open");
        change((ClientSession)fixture.Connection.State!);
    }
}
