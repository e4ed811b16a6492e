using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Testing.Connections;
using KafkaSharp.Testing.Faults;
using KafkaSharp.Testing.Interception.Partitions;
using KafkaSharp.Testing.Requests;

namespace KafkaSharp.Testing.Interception;

/// <summary>Records the requests of clients and does to them what the faults say. Thread-safe.</summary>
/// <param name="ownClientId">The client id of the test broker's own requests, which are left alone.</param>
/// <param name="injected">The faults.</param>
/// <param name="log">Where requests are recorded.</param>
/// <param name="connections">The connections of the clients.</param>
/// <param name="time">The broker's clock.</param>
/// <param name="names">The names of topics.</param>
internal sealed class FaultInterceptor(
    string ownClientId, TestFaults injected, RequestLog log, TestConnections connections, TimeProvider time, TopicNames names)
    : IRequestInterceptor
{
    private readonly RequestSubjects _subjects = new(names);
    private readonly PartitionedApis _partitioned = new(names);
    private readonly FetchFaults _fetches = new(names);

    public ValueTask<TResponse?> HandleAsync<TRequest, TResponse>(
        RequestContext context, TRequest request, IApiHandler<TRequest, TResponse> handler)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        if (context.ClientId == ownClientId || context.Listener.IsController)
            return handler.HandleAsync(context, request);
        var recorded = log.Add(new RecordedRequest(
            Number: -1, time.GetUtcNow(), context.ApiKey, context.ApiVersion, context.ClientId, context.Connection.Id,
            _subjects.TopicsOf(request), RequestSubjects.GroupsOf(request)));
        var faults = injected.Take(recorded);
        return faults.Count == 0 ? handler.HandleAsync(context, request) : AffectAsync(context, request, handler, faults);
    }

    private async ValueTask<TResponse?> AffectAsync<TRequest, TResponse>(
        RequestContext context, TRequest request, IApiHandler<TRequest, TResponse> handler, IReadOnlyList<FaultEffect> faults)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        using var frame = context.TakeFrame();
        context.HoldsConnection = true;
        foreach (var wait in faults.Where(fault => fault.Action.IsWait))
            await WaitAsync(wait);
        var effect = faults.FirstOrDefault(fault => !fault.Action.IsWait);
        var fault = effect?.Fault.Fault;
        return effect?.Action switch
        {
            FaultAction.ErrorInstead error => await RefuseAsync(context, request, handler, fault!, error.Error),
            FaultAction.ErrorAfter error => await RefuseAfterAsync(context, request, handler, error.Error),
            FaultAction.CoordinatorElsewhere => FailOrClose(
                context, request, handler,
                request is FindCoordinatorRequest ? ErrorCode.CoordinatorNotAvailable : ErrorCode.NotCoordinator),
            FaultAction.CloseInstead => Close<TResponse>(context),
            FaultAction.CloseAfter => await CloseAfterAsync(context, request, handler),
            FaultAction.NoResponse => await HangAsync<TResponse>(context, effect.Fault),
            FaultAction.ThrottleClient throttle => await ThrottleAsync(context, request, handler, throttle.Time),
            FaultAction.Tear tear => await TearAsync(context, request, handler, tear.Bytes),
            FaultAction.FlipBit => await CorruptAsync(context, request, handler, fault!),
            _ => await handler.HandleAsync(context, request),
        };
    }

    // The removal of a fault ends its waits, so that a broker can be stopped while its clock stands still.
    private Task WaitAsync(FaultEffect effect) => effect.Action switch
    {
        FaultAction.Wait wait => Task.WhenAny(Task.Delay(wait.Time, time), effect.Fault.Removed),
        _ => effect.Held,
    };

    private async ValueTask<TResponse?> RefuseAsync<TRequest, TResponse>(
        RequestContext context, TRequest request, IApiHandler<TRequest, TResponse> handler, Fault fault, ErrorCode error)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        if (fault.Topic is null)
            return FailOrClose(context, request, handler, error);
        if (request is FetchRequest fetch)
        {
            // The error is known at once.
            fetch.MaxWaitMs = 0;
            var response = await handler.HandleAsync(context, request);
            _fetches.SetError(fetch, (response as FetchResponse)!, fault, error);
            return response;
        }
        if (_partitioned is not IPartitionedApi<TRequest, TResponse> api)
            return FailOrClose(context, request, handler, error);
        var affected = api.Take(request, (topic, partition) => topic == fault.Topic && (fault.Partition ?? partition) == partition);
        var failed = FailOrClose(context, affected, handler, error);
        if (failed is null || api.IsEmpty(request) || await handler.HandleAsync(context, request) is not { } handled)
            return failed;
        api.Join(handled, failed);
        return handled;
    }

    private static async ValueTask<TResponse?> RefuseAfterAsync<TRequest, TResponse>(
        RequestContext context, TRequest request, IApiHandler<TRequest, TResponse> handler, ErrorCode error)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        await handler.HandleAsync(context, request);
        return FailOrClose(context, request, handler, error);
    }

    private static async ValueTask<TResponse?> CloseAfterAsync<TRequest, TResponse>(
        RequestContext context, TRequest request, IApiHandler<TRequest, TResponse> handler)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        await handler.HandleAsync(context, request);
        return Close<TResponse>(context);
    }

    private static async ValueTask<TResponse?> HangAsync<TResponse>(RequestContext context, ActiveFault fault)
        where TResponse : class
    {
        await fault.Removed;
        return Close<TResponse>(context);
    }

    private static ValueTask<TResponse?> ThrottleAsync<TRequest, TResponse>(
        RequestContext context, TRequest request, IApiHandler<TRequest, TResponse> handler, TimeSpan throttle)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        context.Throttle((int)throttle.TotalMilliseconds);
        return handler.HandleAsync(context, request);
    }

    private async ValueTask<TResponse?> TearAsync<TRequest, TResponse>(
        RequestContext context, TRequest request, IApiHandler<TRequest, TResponse> handler, int bytes)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        // A response that is not ready at once is sent alone, after those before it.
        await Task.Yield();
        var response = await handler.HandleAsync(context, request);
        connections.Find(context.Connection.RemoteEndPoint)?.TearNext(bytes);
        return response;
    }

    private async ValueTask<TResponse?> CorruptAsync<TRequest, TResponse>(
        RequestContext context, TRequest request, IApiHandler<TRequest, TResponse> handler, Fault fault)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        var response = await handler.HandleAsync(context, request);
        if (response is FetchResponse fetched)
            _fetches.FlipBit(fetched, fault);
        return response;
    }

    /// <summary>The error response of the API; without one, as Kafka, the connection is closed.</summary>
    private static TResponse? FailOrClose<TRequest, TResponse>(
        RequestContext context, TRequest request, IApiHandler<TRequest, TResponse> handler, ErrorCode error)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        var response = request is ProduceRequest { Acks: 0 } ? null : handler.Fail(request, error, context.ApiVersion);
        return response ?? Close<TResponse>(context);
    }

    private static TResponse? Close<TResponse>(RequestContext context)
        where TResponse : class
    {
        context.ClosesConnection = true;
        return null;
    }
}
