using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>
/// Fetch (1): reads batches as they are in the logs, within the request's byte limits, and waits for <c>min_bytes</c> up to
/// <c>max_wait_ms</c>. Sessions (KIP-227) let a fetcher name only what changed. The records are borrowed from the log until the response
/// has been sent.
/// </summary>
internal sealed class FetchHandler(FetchReader reader, FetchSessionCache sessions, int fetchMaxBytes)
    : IApiHandler<FetchRequest, FetchResponse>
{
    private const short FirstWithStorageError = 6;
    // As many as a request names at most that runs on the socket's thread.
    private const int FewPartitions = 1000;
    private const int BytesOfPartition = 192;

    public ValueTask<FetchResponse?> HandleAsync(RequestContext context, FetchRequest request) =>
        !context.IsLarge && request.SessionId != FetchSession.NoSession
        && sessions.SizeOf(request.SessionId) is > FewPartitions and var size
            ? HandleOnLaneAsync(context, request, size)
            : Handle(context, request);

    // A request of a few bytes reads all partitions of its session.
    private async ValueTask<FetchResponse?> HandleOnLaneAsync(RequestContext context, FetchRequest request, int size)
    {
        context.IsLarge = true;
        return await await context.RunOnLaneAsync(turn =>
        {
            Task<FetchResponse?> handling;
            using (turn.ReserveMemory((long)size * BytesOfPartition))
                handling = Handle(context, request).AsTask();
            return handling;
        });
    }

    private ValueTask<FetchResponse?> Handle(RequestContext context, FetchRequest request)
    {
        var fetch = FetchContext.Open(sessions, request, context.ApiVersion);
        if (fetch.ErrorCode != ErrorCode.None || fetch.Partitions.Count == 0)
            return new ValueTask<FetchResponse?>(fetch.Respond([]));
        var replicaId = context.ApiVersion >= 15 ? request.ReplicaState.ReplicaId : request.ReplicaId;
        if (RequestedIsolation.OfFetch(replicaId, request.IsolationLevel) is not { } isolation)
            return new ValueTask<FetchResponse?>(Fail(request, ErrorCode.UnknownServerError, context.ApiVersion));
        // An interceptor may look at the request afterwards.
        if (context.Session.Services.Interceptor is null)
            FetchRequestMemory.Release(request);
        var maxBytes = Math.Min(request.MaxBytes, fetchMaxBytes);
        var parameters = new FetchParameters(
            TimeSpan.FromMilliseconds(request.MaxWaitMs),
            Math.Min(request.MinBytes, maxBytes),
            maxBytes,
            isolation,
            HardMaxBytes: context.ApiVersion <= 2,
            ReplicaId: replicaId);
        var read = reader.ReadAsync(fetch.Partitions, parameters, context);
        if (!read.IsCompletedSuccessfully)
            return new ValueTask<FetchResponse?>(RespondLaterAsync(context, fetch, read));
        var results = read.Result;
        Keep(context, results);
        return new ValueTask<FetchResponse?>(Respond(context, fetch, results));
    }

    private static async Task<FetchResponse?> RespondLaterAsync(
        RequestContext context, FetchContext fetch, ValueTask<FetchPartitionResult[]> read)
    {
        var results = await read;
        Keep(context, results);
        return context.IsLarge ? await context.RunOnLaneAsync(_ => Respond(context, fetch, results)) : Respond(context, fetch, results);
    }

    private static void Keep(RequestContext context, FetchPartitionResult[] results)
    {
        foreach (var result in results)
        {
            if (result.Lease is { } lease)
                context.AddLease(lease);
        }
    }

    private static FetchResponse Respond(RequestContext context, FetchContext fetch, FetchPartitionResult[] results)
    {
        var response = fetch.Respond(results, context.IsLarge ? context.CheckIn : null);
        if (context.ApiVersion < FirstWithStorageError)
            HideStorageErrors(response);
        return response;
    }

    // A client that does not know the error would not try again.
    private static void HideStorageErrors(FetchResponse response)
    {
        foreach (var partition in response.Responses.SelectMany(topic => topic.Partitions))
        {
            if (partition.ErrorCode == ErrorCode.KafkaStorageError)
                partition.ErrorCode = ErrorCode.NotLeaderOrFollower;
        }
    }

    // With topic ids (version 13) only the response as a whole has the error; before version 7 only the partitions have one.
    public FetchResponse Fail(FetchRequest request, ErrorCode error, short version) => new()
    {
        ErrorCode = error,
        SessionId = request.SessionId,
        Responses = version >= 13 ? [] : request.Topics.ConvertAll(topic => new FetchResponse.FetchableTopicResponse
        {
            Topic = topic.Topic,
            Partitions = topic.Partitions.ConvertAll(partition => new FetchResponse.PartitionData
            {
                PartitionIndex = partition.Partition,
                ErrorCode = error,
                HighWatermark = -1,
                AbortedTransactions = [],
                Records = ReadOnlyMemory<byte>.Empty,
            }),
        }),
    };
}
