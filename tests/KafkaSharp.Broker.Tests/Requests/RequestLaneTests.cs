using System.Buffers;
using KafkaSharp.Broker.Lanes;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Requests;

/// <summary>Where requests run, and what a request may take.</summary>
public sealed class RequestLaneTests
{
    [Test]
    public async Task A_small_request_runs_inline_and_a_large_one_on_a_lane([Values] bool waits)
    {
        var onLane = new List<bool>();
        using var fixture = new DispatcherFixture(Deleting(async (context, request) =>
        {
            onLane.Add(LaneItem.Current is not null);
            if (waits)
                await Task.Yield();
            return Deleted(request);
        }));

        Assert.That(await AskAsync(fixture, 1), Is.EqualTo(1));
        Assert.That(await AskAsync(fixture, 3000), Is.EqualTo(3000));
        Assert.That(await AskAsync(fixture, 2), Is.EqualTo(2));

        Assert.That(onLane, Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public async Task A_request_of_many_elements_runs_on_a_lane_though_its_route_allows_any_size()
    {
        var onLane = new List<bool>();
        using var fixture = new DispatcherFixture(DeletingOfAnySize(onLane));

        Assert.That(await AskAsync(fixture, 1000), Is.EqualTo(1000));
        Assert.That(await AskAsync(fixture, 1001), Is.EqualTo(1001));

        Assert.That(onLane, Is.EqualTo(new[] { false, true }));
    }

    // A tagged field takes two bytes.
    [Test]
    public async Task A_request_of_many_tagged_fields_runs_on_a_lane_too()
    {
        var onLane = new List<bool>();
        using var fixture = new DispatcherFixture(DeletingOfAnySize(onLane));
        var request = RawRequest.Of(new DeleteTopicsRequest { TopicNames = ["a"] }, ApiKey.DeleteTopics, 5);
        byte[] tagged = [.. request.SkipLast(1), 0xe9, 7, .. Enumerable.Repeat<byte[]>([9, 0], 1001).SelectMany(field => field)];

        Assert.That(await fixture.AskAsync(request), Is.Not.Null);
        Assert.That(await fixture.AskAsync(tagged), Is.Not.Null);

        Assert.That(onLane, Is.EqualTo(new[] { false, true }));
    }

    [TestCase(1000, true)]
    [TestCase(1001, false)]
    public async Task A_header_of_very_many_tagged_fields_closes_the_connection(int fields, bool isServed)
    {
        using var fixture = new DispatcherFixture(Deleting((_, request) => new(Deleted(request))));
        var request = RawRequest.Of(new DeleteTopicsRequest { TopicNames = ["a"] }, ApiKey.DeleteTopics, 5);
        const int TagsAt = 2 + 2 + 4 + 2 + 1;
        byte[] tagged =
        [
            .. request[..TagsAt], (byte)(fields & 0x7f | 0x80), (byte)(fields >> 7),
            .. Enumerable.Repeat<byte[]>([9, 0], fields).SelectMany(field => field), .. request[(TagsAt + 1)..],
        ];

        Assert.That(await fixture.AskAsync(tagged) is not null, Is.EqualTo(isServed));
    }

    // The objects of a million and a half take more than the largest reservation.
    [Test]
    public async Task A_request_of_millions_of_elements_is_not_decoded()
    {
        using var fixture = new DispatcherFixture(Deleting((_, _) => throw new AssertionException("it was handled")));
        var request = RawRequest.Of(
            new DeleteTopicsRequest { TopicNames = [.. Enumerable.Repeat("", 2_500_000)] }, ApiKey.DeleteTopics, 1);

        Assert.That(await fixture.AskAsync(request), Is.Null);
        await fixture.Connection.Completion;
        Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1).And.One.Contains("DeleteTopics v1 has more than"));
    }

    [TestCase(3000, false)]
    [TestCase(200_000, true)]
    public async Task Memory_is_reserved_while_a_request_of_megabytes_is_handled(int names, bool expected)
    {
        var reserved = 0L;
        LaneItem? item = null;
        using var fixture = new DispatcherFixture(Deleting((_, request) =>
        {
            item = LaneItem.Current!;
            reserved = item.ReservedBytes;
            return new(Deleted(request));
        }));

        Assert.That(await AskAsync(fixture, names), Is.EqualTo(names));

        Assert.That((reserved > 0, item!.ReservedBytes), Is.EqualTo((expected, 0L)));
    }

    [Test]
    public async Task A_large_request_that_cannot_be_read_closes_the_connection_with_one_line()
    {
        using var fixture = new DispatcherFixture(Deleting((_, request) => new(Deleted(request))));
        var request = Request(3000);
        // The length of the list, behind the header of 11 bytes: more than there is.
        request.AsSpan(11, 4).Fill(0x7f);

        Assert.That(await fixture.AskAsync(request), Is.Null);
        await fixture.Connection.Completion;
        Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1).And.One.Contains("DeleteTopics v1 can't be read"));
    }

    [Test]
    public async Task A_large_request_that_fails_has_its_error_and_the_connection_goes_on()
    {
        using var fixture = new DispatcherFixture(
            Deleting((_, request) => request.TopicNames.Count > 5 ? throw new InsufficientMemoryException() : new(Deleted(request))));

        Assert.That(await AskAsync(fixture, 3000), Is.Zero);
        Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1));
        Assert.That(await AskAsync(fixture, 1), Is.EqualTo(1));
    }

    [Test]
    public async Task The_first_stage_of_a_handler_reaches_as_far_as_its_work_on_a_lane()
    {
        using var hold = new SemaphoreSlim(0);
        var order = new List<string>();
        var table = new ApiTable(ApiRoute.For(
            new StubHandler<DeleteTopicsRequest, DeleteTopicsResponse>
            {
                Handle = async (context, request) =>
                {
                    var name = request.TopicNames[0];
                    if (name == "0")
                    {
                        await context.RunOnLaneAsync(_ =>
                        {
                            hold.Wait();
                            order.Add("worked");
                            return 0;
                        });
                        Assert.That(LaneItem.Current, Is.Null, "the lane is free again");
                    }
                    order.Add($"finished {request.TopicNames.Count}");
                    return Deleted(request);
                },
            },
            overlaps: true));
        using var fixture = new DispatcherFixture(table);

        await fixture.SendAsync(Request(1));
        await fixture.SendAsync(Request(2, first: 1));
        Assert.That(order, Is.Empty);
        hold.Release();

        Assert.That(await ReadAsync(fixture), Is.EqualTo(1));
        Assert.That(await ReadAsync(fixture), Is.EqualTo(2));
        Assert.That(order[0], Is.EqualTo("worked"));
    }

    [Test]
    public async Task A_response_past_the_limit_is_an_error_for_that_request()
    {
        using var fixture = new DispatcherFixture(Deleting((_, request) => new(request.TopicNames.Count > 1 ? Huge() : Deleted(request))));

        Assert.That(await AskAsync(fixture, 2), Is.Zero);
        Assert.That(fixture.Log.Warnings, Has.Count.EqualTo(1).And.One.Contains($"{OutgoingFrame.MaxCopiedBytes} bytes"));
        Assert.That(await AskAsync(fixture, 1), Is.EqualTo(1));
    }

    [Test]
    public async Task Long_names_of_clients_are_not_kept()
    {
        var seen = new List<string?>();
        using var fixture = new DispatcherFixture(Deleting((context, request) =>
        {
            seen.Add(context.ClientId);
            context.Session.ClientSoftwareName = context.ClientId!;
            context.Session.ClientSoftwareVersion = context.ClientId!;
            return new(Deleted(request));
        }));
        var longId = new string('x', 32_000);
        foreach (var id in new[] { "short", "short", longId, longId })
            await fixture.AskAsync(RawRequest.Of(new DeleteTopicsRequest(), ApiKey.DeleteTopics, 1, clientId: id));

        Assert.That(seen, Is.EqualTo(new[] { "short", "short", longId, longId }));
        Assert.That(seen[1], Is.SameAs(seen[0]));
        Assert.That(seen[3], Is.Not.SameAs(seen[2]));
        var session = (ClientSession)fixture.Connection.State!;
        Assert.That((session.ClientSoftwareName.Length, session.ClientSoftwareVersion.Length), Is.EqualTo((256, 256)));
    }

    private static ApiTable Deleting(
        Func<RequestContext, DeleteTopicsRequest, ValueTask<DeleteTopicsResponse?>> handle,
        int inlineBytes = ApiRoute.DefaultInlineBytes) =>
        new(ApiRoute.For(
            new StubHandler<DeleteTopicsRequest, DeleteTopicsResponse>
            {
                Handle = handle,
                OnFail = (_, _) => new DeleteTopicsResponse(),
            },
            inlineBytes: inlineBytes));

    // Notes for each request whether it is handled on a lane.
    private static ApiTable DeletingOfAnySize(List<bool> onLane) => Deleting(
        (_, request) =>
        {
            onLane.Add(LaneItem.Current is not null);
            return new(Deleted(request));
        },
        inlineBytes: int.MaxValue);

    private static DeleteTopicsResponse Deleted(DeleteTopicsRequest request) => new()
    {
        Responses = request.TopicNames.ConvertAll(name => new DeleteTopicsResponse.DeletableTopicResult { Name = name }),
    };

    private static DeleteTopicsResponse Huge()
    {
        var result = new DeleteTopicsResponse.DeletableTopicResult { Name = new string('x', 30_000) };
        return new() { Responses = [.. Enumerable.Repeat(result, 4000)] };
    }

    private static byte[] Request(int count, int first = 0) => RawRequest.Of(
        new DeleteTopicsRequest { TopicNames = [.. Enumerable.Range(first, count).Select(number => $"{number}")] }, ApiKey.DeleteTopics, 1);

    private static async Task<int> AskAsync(DispatcherFixture fixture, int count)
    {
        await fixture.SendAsync(Request(count));
        return await ReadAsync(fixture);
    }

    private static async Task<int> ReadAsync(DispatcherFixture fixture)
    {
        var reader = new KafkaReader((await fixture.ReadAsync()).AsMemory(4));
        return DeleteTopicsResponse.Read(ref reader, 1).Responses.Count;
    }
}
