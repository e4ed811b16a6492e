using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>
/// Produce (0): appends each partition's batches before it first yields, so that the frame they lie in may go; waits, with acks -1, for the
/// replicas. An answer names each partition's first offset or error. Acks 0 has no answer; an error then closes the connection, as
/// the only way to tell.
/// </summary>
sealed class ProduceHandler(ReplicaManager replicas, DeadlineTimer deadlines) : IApiHandler<ProduceRequest, ProduceResponse>
{
    private static readonly string AdminClientId = "__admin_client";

    public ValueTask<ProduceResponse?> HandleAsync(RequestContext context, ProduceRequest request)
    {
        try
        {
            if (HasTransactionalRecords(request) && request.TransactionalId is null)
                return Refused(context, request, ErrorCode.TransactionalIdAuthorizationFailed, null);
        }
        catch (RecordsException e)
        {
            // As in Kafka, one partition whose batches can't be told apart refuses the whole request.
            return Refused(context, request, e.ErrorCode, e.Message);
        }
        var response = new ProduceResponse();
        List<(Partition Partition, long RequiredOffset, ProduceResponse.PartitionProduceResponse Answer)>? waiting = null;
        var failed = false;
        foreach (var topic in request.TopicData)
        {
            var topicAnswer = new ProduceResponse.TopicProduceResponse { Name = topic.Name, TopicId = topic.TopicId };
            response.Responses.Add(topicAnswer);
            foreach (var data in topic.PartitionData)
            {
                var info = Append(context, request, topic, data, out var partition);
                var answer = Answer(data.Index, info, context.ApiVersion);
                if (info.ErrorCode == ErrorCode.NotLeaderOrFollower && partition is { LeaderId: >= 0 } && context.ApiVersion >= 10)
                {
                    answer.CurrentLeader = new ProduceResponse.LeaderIdAndEpoch { LeaderId = partition.LeaderId, LeaderEpoch = partition.LeaderEpoch };
                }
                topicAnswer.PartitionResponses.Add(answer);
                failed |= info.ErrorCode != ErrorCode.None;
                if (request.Acks == -1 && info.ErrorCode == ErrorCode.None && partition!.Log.HighWatermark <= info.LastOffset)
                    (waiting ??= []).Add((partition, info.LastOffset + 1, answer));
            }
        }
        if (request.Acks == 0)
        {
            if (failed)
                context.ClosesConnection = true;
            return default;
        }
        return waiting is null
            ? new ValueTask<ProduceResponse?>(response)
            : new ValueTask<ProduceResponse?>(WaitForReplicasAsync(response, waiting, TimeSpan.FromMilliseconds(request.TimeoutMs)));
    }

    private static bool HasTransactionalRecords(ProduceRequest request)
    {
        foreach (var topic in request.TopicData)
        {
            foreach (var data in topic.PartitionData)
            {
                if (data.Records is { } records && ProducedRecords.IsTransactional(records.Span))
                    return true;
            }
        }
        return false;
    }

    private ValueTask<ProduceResponse?> Refused(RequestContext context, ProduceRequest request, ErrorCode error, string? message)
    {
        var response = Fail(request, error, context.ApiVersion);
        context.ClosesConnection |= response is null;
        foreach (var partition in response?.Responses.SelectMany(topic => topic.PartitionResponses) ?? [])
            partition.ErrorMessage = message;
        return new ValueTask<ProduceResponse?>(response);
    }

    private LogAppendInfo Append(
        RequestContext context, ProduceRequest request, ProduceRequest.TopicProduceData topic, ProduceRequest.PartitionProduceData data,
        out Partition? partition)
    {
        var error = context.ApiVersion >= 13
            ? replicas.Find(topic.TopicId, data.Index, out partition)
            : replicas.Find(new TopicPartition(topic.Name, data.Index), out partition);
        if (error is ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId)
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
        if (request.Acks is not (-1 or 0 or 1))
            return LogAppendInfo.Refused(ErrorCode.InvalidRequiredAcks, null, -1);
        if (error != ErrorCode.None)
            return LogAppendInfo.Refused(error, null, -1);
        var name = partition!.Id.TopicPartition;
        if (TopicName.IsInternal(name.Topic) && context.ClientId != AdminClientId)
            return LogAppendInfo.Refused(ErrorCode.InvalidTopicException, $"Cannot append to internal topic {name.Topic}", -1);
        return partition.Append(records, request.Acks, AppendOrigin.Client);
    }

    private static ProduceResponse.PartitionProduceResponse Answer(int index, in LogAppendInfo info, short version)
    {
        var answer = new ProduceResponse.PartitionProduceResponse
        {
            Index = index,
            ErrorCode = info.ErrorCode,
            BaseOffset = info.ErrorCode == ErrorCode.None ? info.FirstOffset : -1,
            LogAppendTimeMs = info.ErrorCode == ErrorCode.None ? info.LogAppendTime : -1,
            LogStartOffset = TellsLogStart(info.ErrorCode) ? info.LogStartOffset : -1,
        };
        // As in Kafka, a message goes with the records it is about; any other error speaks by its code alone.
        if (info.RecordErrors.Count > 0 && version >= 8)
        {
            answer.ErrorMessage = info.ErrorMessage;
            foreach (var record in info.RecordErrors)
            {
                answer.RecordErrors.Add(new ProduceResponse.BatchIndexAndErrorMessage
                {
                    BatchIndex = record.BatchIndex,
                    BatchIndexErrorMessage = record.Message,
                });
            }
        }
        return answer;
    }

    // Kafka tells it with errors of the records' contents, not with those that are found before or besides.
    private static bool TellsLogStart(ErrorCode error) => error is not (ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge
        or ErrorCode.CorruptMessage or ErrorCode.NotLeaderOrFollower or ErrorCode.KafkaStorageError);

    private async Task<ProduceResponse?> WaitForReplicasAsync(
        ProduceResponse response, List<(Partition Partition, long RequiredOffset, ProduceResponse.PartitionProduceResponse Answer)> waiting,
        TimeSpan timeout)
    {
        var expired = new ProgressWaiter(1);
        deadlines.Add(expired, timeout);
        foreach (var (partition, requiredOffset, answer) in waiting)
        {
            var error = await partition.WaitForHighWatermarkAsync(requiredOffset, expired).ConfigureAwait(false);
            if (error == ErrorCode.None)
                continue;
            answer.ErrorCode = error;
            answer.BaseOffset = -1;
        }
        // Whatever ended the wait: the timer need not keep it.
        expired.Expire();
        return response;
    }

    // Nobody waits for an answer to acks 0: the connection is closed instead.
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
