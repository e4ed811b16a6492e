using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Broker.Transactions;
using KafkaSharp.Broker.Waiting;
using KafkaSharp.Compression;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>
/// Produce (0): appends each partition's batches and, with acks -1, waits for the replicas. A response has each partition's first offset or
/// error. With acks 0 there is no response; an error then closes the connection, as the only way to report it. Batches whose validation
/// takes as long as their content decides (compressed ones, above all) are validated on a lane, outside the partition's lock, together with
/// what follows them in the request. What follows the first megabytes is appended on a lane, too: writing 100 MB takes long.
/// </summary>
internal sealed class ProduceHandler(ReplicaManager replicas, TimerWheel timers, ProduceTransactions transactions)
    : IApiHandler<ProduceRequest, ProduceResponse>
{
    private const string AdminClientId = "__admin_client";
    private const short FirstWithLeaders = 10;
    private const short FirstWithTopicIds = 13;
    private const int MaxInlineBytes = 4 * 1024 * 1024;

    public ValueTask<ProduceResponse?> HandleAsync(RequestContext context, ProduceRequest request)
    {
        bool isTransactional;
        try
        {
            isTransactional = ProduceTransactions.IsTransactional(request);
            if (isTransactional && !MayUse(context, request.TransactionalId))
                return Refused(context, request, ErrorCode.TransactionalIdAuthorizationFailed, null);
            if (context.ApiVersion < ProducedRecords.FirstVersionWithZstd)
                CheckCompressionTypes(context, request);
        }
        catch (RecordsException e)
        {
            // As in Kafka, the whole request fails if the batches of one partition cannot be parsed.
            return Refused(context, request, e.ErrorCode, e.ErrorCode == ErrorCode.UnknownServerError ? null : e.Message);
        }
        Dictionary<TopicIdPartition, RecordsException>? errors = null;
        if (RepeatedPartitions.MayExist(request))
            request = RepeatedPartitions.Merge(request, context.ApiVersion, out errors);
        var appends = new ProduceAppends(request, errors);
        if (isTransactional)
            return AppendInTransaction(context, appends);
        return TryAppend(context, ref appends, turn: null) ? Finish(context, appends) : AppendOnLaneAsync(context, appends);
    }

    private ValueTask<ProduceResponse?> AppendInTransaction(RequestContext context, ProduceAppends appends)
    {
        if (transactions.Verify(appends.Request, context.ApiVersion, out var verifying) is var error && error != ErrorCode.None)
            return Refused(context, appends.Request, error, "Transactional records contained more than one producer ID");
        if (!verifying.IsCompletedSuccessfully)
        {
            // The next request of the producer must not be appended before this one.
            var appending = AppendVerifiedAsync(context, appends, verifying);
            context.HoldFirstStage(appending);
            return FinishAsync(context, appending);
        }
        appends.Verified = verifying.Result;
        return TryAppend(context, ref appends, turn: null) ? Finish(context, appends) : AppendOnLaneAsync(context, appends);
    }

    private async Task<ProduceAppends> AppendVerifiedAsync(
        RequestContext context, ProduceAppends appends, ValueTask<VerifiedPartitions> verifying)
    {
        appends.Verified = await verifying;
        // On a lane in any case: this is the thread of the coordinator.
        await context.RunOnLaneAsync(turn => TryAppend(context, ref appends, turn));
        return appends;
    }

    private static async ValueTask<ProduceResponse?> FinishAsync(RequestContext context, Task<ProduceAppends> appending) =>
        await Finish(context, await appending);

    private static bool MayUse(RequestContext context, string? transactionalId) =>
        transactionalId is not null && context.Authorize(AclOperation.Write, ResourceType.TransactionalId, transactionalId);

    private async ValueTask<ProduceResponse?> AppendOnLaneAsync(RequestContext context, ProduceAppends appends)
    {
        await context.RunOnLaneAsync(turn => TryAppend(context, ref appends, turn));
        return await Finish(context, appends);
    }

    /// <summary>
    /// Appends what is left of the request. False when it stopped, without a turn, at batches whose validation takes as long as their
    /// content decides, or after the first megabytes.
    /// </summary>
    private bool TryAppend(RequestContext context, ref ProduceAppends appends, IWorkTurn? turn)
    {
        while (appends.TryGetNext(out var topic, out var data))
        {
            if (appends.Verified is { } verified && Unverified(context, appends, verified, topic, data) is { } refusal)
            {
                appends.Add(refusal);
                continue;
            }
            if (turn is null && (appends.Bytes += data.Records?.Length ?? 0) > MaxInlineBytes)
                return false;
            if (TryAppend(context, appends, topic, data, turn, out var partition) is not { } info)
                return false;
            turn?.CheckIn();
            if (!IsUnknown(info.ErrorCode) && appends.ErrorOfRepetition(topic, data) is { } error)
                info = LogAppendInfo.Refused(error.ErrorCode, error.Message, -1);
            var result = ProduceResults.Of(data.Index, info, context.ApiVersion, ref appends.RecordErrors);
            NameLeader(context, result, partition);
            appends.Add(result);
            if (info.IsFlushPending && appends.Request.Acks != 0)
                appends.WaitForFlush(timers, partition!, info.LastOffset + 1, result);
            if (appends.Request.Acks == -1 && info.ErrorCode == ErrorCode.None && partition!.Log.HighWatermark <= info.LastOffset)
                appends.WaitFor(timers, partition, info.LastOffset + 1, result);
        }
        return true;
    }

    private static ValueTask<ProduceResponse?> Finish(RequestContext context, in ProduceAppends appends)
    {
        if (appends.Request.Acks == 0)
        {
            if (appends.HasFailed)
                context.ClosesConnection = true;
            return default;
        }
        return appends.Wait is null && appends.Flush is null
            ? new ValueTask<ProduceResponse?>(appends.Response)
            : new ValueTask<ProduceResponse?>(WaitAsync(appends));
    }

    private static async Task<ProduceResponse?> WaitAsync(ProduceAppends appends)
    {
        if (appends.Flush is not null)
            ProduceResults.Fail(appends.Flushing, await appends.Flush.WaitAsync());
        if (appends.Wait is not null)
            ProduceResults.Fail(appends.Waiting, await appends.Wait.WaitAsync(TimeSpan.FromMilliseconds(appends.Request.TimeoutMs)));
        return appends.Response;
    }

    private ProduceResponse.PartitionProduceResponse? Unverified(
        RequestContext context, in ProduceAppends appends, VerifiedPartitions verified, ProduceRequest.TopicProduceData topic,
        ProduceRequest.PartitionProduceData data)
    {
        if (transactions.RefusalOf(verified, topic, data.Index, context.ApiVersion) is not { } refusal)
            return null;
        if (appends.ErrorOfRepetition(topic, data) is { } error)
            (refusal.ErrorCode, refusal.ErrorMessage) = (error.ErrorCode, null);
        Find(context, topic, data, out var partition);
        NameLeader(context, refusal, partition);
        return refusal;
    }

    private static void NameLeader(RequestContext context, ProduceResponse.PartitionProduceResponse result, Partition? partition)
    {
        if (result.ErrorCode == ErrorCode.NotLeaderOrFollower && partition is { LeaderId: >= 0 } && context.ApiVersion >= FirstWithLeaders)
            result.CurrentLeader = new() { LeaderId = partition.LeaderId, LeaderEpoch = partition.LeaderEpoch };
    }

    private ErrorCode Find(
        RequestContext context, ProduceRequest.TopicProduceData topic, ProduceRequest.PartitionProduceData data,
        out Partition? partition) =>
        context.ApiVersion >= FirstWithTopicIds
            ? replicas.Find(topic.TopicId, data.Index, out partition)
            : replicas.Find(new TopicPartition(topic.Name, data.Index), out partition);

    private ValueTask<ProduceResponse?> Refused(RequestContext context, ProduceRequest request, ErrorCode error, string? message)
    {
        if (RepeatedPartitions.MayExist(request))
            request = RepeatedPartitions.Merge(request, context.ApiVersion, out _);
        var response = Fail(request, error, context.ApiVersion);
        context.ClosesConnection |= response is null;
        foreach (var partition in response?.Responses.SelectMany(topic => topic.PartitionResponses) ?? [])
            partition.ErrorMessage = message;
        return new ValueTask<ProduceResponse?>(response);
    }

    /// <summary>Appends to one partition; null when that takes a lane and there is no turn.</summary>
    private LogAppendInfo? TryAppend(
        RequestContext context, in ProduceAppends appends, ProduceRequest.TopicProduceData topic,
        ProduceRequest.PartitionProduceData data, IWorkTurn? turn, out Partition? partition)
    {
        var acks = appends.Request.Acks;
        var error = Find(context, topic, data, out partition);
        if (IsUnknown(error))
            return LogAppendInfo.Refused(error, null, -1);
        if (data.Records is not { } records)
            return LogAppendInfo.Refused(ErrorCode.InvalidRecord, "The produce request has no records", -1);
        try
        {
            ProducedRecords.Check(context.ApiVersion, records.Span);
        }
        catch (RecordsException e)
        {
            return LogAppendInfo.Refused(e.ErrorCode, e.Message, -1);
        }
        if (acks is not (-1 or 0 or 1))
            return LogAppendInfo.Refused(ErrorCode.InvalidRequiredAcks, null, -1);
        if (error != ErrorCode.None)
            return LogAppendInfo.Refused(error, null, -1);
        var name = partition!.Id.TopicPartition;
        if (TopicName.IsInternal(name.Topic) && context.ClientId != AdminClientId)
            return LogAppendInfo.Refused(ErrorCode.InvalidTopicException, $"Cannot append to internal topic {name.Topic}", -1);
        // As in Kafka, these errors come before those of the records.
        var check = partition.CheckAppend(acks);
        if (check.ErrorCode != ErrorCode.None)
            return check;
        if (turn is null && partition.Log.PreparationDependsOnContent(records.Span))
            return null;
        using var prepared = partition.Prepare(records, AppendOrigin.Client, turn);
        return partition.Append(prepared, acks, guard: appends.Verified?.GuardOf(name));
    }

    // In these versions Kafka reads the compression type of each batch before it appends any, and fails where the type does not exist.
    private void CheckCompressionTypes(RequestContext context, ProduceRequest request)
    {
        foreach (var topic in request.TopicData)
        {
            foreach (var data in topic.PartitionData)
            {
                if (data.Records is not { } records || IsUnknown(Find(context, topic, data, out _)))
                    continue;
                try
                {
                    ProducedRecords.Check(context.ApiVersion, records.Span);
                }
                catch (RecordsException e) when (e.ErrorCode != ErrorCode.UnknownServerError)
                {
                    // An error of this partition alone.
                }
            }
        }
    }

    private static bool IsUnknown(ErrorCode error) => error is ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId;

    // A request with acks=0 has no response, so an error closes the connection.
    public ProduceResponse? Fail(ProduceRequest request, ErrorCode error, short version) => request.Acks == 0 ? null : new ProduceResponse
    {
        Responses = request.TopicData.ConvertAll(topic => new ProduceResponse.TopicProduceResponse
        {
            Name = topic.Name,
            TopicId = topic.TopicId,
            PartitionResponses = topic.PartitionData.ConvertAll(
                data => new ProduceResponse.PartitionProduceResponse { Index = data.Index, ErrorCode = error, BaseOffset = -1 }),
        }),
    };
}
