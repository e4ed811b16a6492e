using System.Diagnostics.CodeAnalysis;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Transactions;
using KafkaSharp.Broker.Waiting;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>
/// The progress of a produce request: the next partition, the response so far, and the partitions that wait for the disk or their
/// replicas.
/// </summary>
/// <param name="request">The request, which names each partition once.</param>
/// <param name="errors">Errors of records that were left out as repetitions: see <see cref="RepeatedPartitions"/>.</param>
internal struct ProduceAppends(ProduceRequest request, Dictionary<TopicIdPartition, RecordsException>? errors)
{
    /// <summary>How many refused records the response lists so far.</summary>
    public int RecordErrors;

    /// <summary>The bytes of records that were appended without a turn.</summary>
    public int Bytes;

    private int _topic;
    private int _opened = -1;
    private int _partition;

    public readonly ProduceRequest Request => request;

    public ProduceResponse Response { get; } = new();

    /// <summary>What the transaction coordinator has said; null for a request outside transactions.</summary>
    public VerifiedPartitions? Verified { get; set; }

    public bool HasFailed { get; private set; }

    public ReplicationWait? Wait { get; private set; }

    /// <summary>The results that wait, in the order of <see cref="Wait"/>.</summary>
    public List<ProduceResponse.PartitionProduceResponse> Waiting { get; private set; } = null!;

    /// <summary>The flush that flush.messages asks for, in one or several partitions; null without one.</summary>
    public FlushWait? Flush { get; private set; }

    /// <summary>The results that wait for it, in its order.</summary>
    public List<ProduceResponse.PartitionProduceResponse> Flushing { get; private set; } = null!;

    /// <summary>The next partition to append to. It stays the next one until its result is added.</summary>
    public bool TryGetNext(
        [NotNullWhen(true)] out ProduceRequest.TopicProduceData? topic, [NotNullWhen(true)] out ProduceRequest.PartitionProduceData? data)
    {
        (topic, data) = (null, null);
        for (; _topic < request.TopicData.Count; _topic++, _partition = 0)
        {
            topic = request.TopicData[_topic];
            // As in Kafka, a topic without partitions is not in the response.
            if (_partition == topic.PartitionData.Count)
                continue;
            if (_opened != _topic)
            {
                _opened = _topic;
                Response.Responses.Add(new ProduceResponse.TopicProduceResponse { Name = topic.Name, TopicId = topic.TopicId });
            }
            data = topic.PartitionData[_partition];
            return true;
        }
        return false;
    }

    public void Add(ProduceResponse.PartitionProduceResponse result)
    {
        Response.Responses[^1].PartitionResponses.Add(result);
        HasFailed |= result.ErrorCode != ErrorCode.None;
        _partition++;
    }

    public void WaitFor(TimerWheel timers, Partition partition, long requiredOffset, ProduceResponse.PartitionProduceResponse result)
    {
        (Wait ??= new ReplicationWait(timers)).Add(partition, requiredOffset);
        (Waiting ??= []).Add(result);
    }

    public void WaitForFlush(TimerWheel timers, Partition partition, long requiredOffset, ProduceResponse.PartitionProduceResponse result)
    {
        (Flush ??= new FlushWait(timers)).Add(partition, requiredOffset);
        (Flushing ??= []).Add(result);
    }

    /// <summary>The error of a repetition of this partition, whose records were left out; null without one.</summary>
    public readonly RecordsException? ErrorOfRepetition(ProduceRequest.TopicProduceData topic, ProduceRequest.PartitionProduceData data) =>
        errors?.GetValueOrDefault(RepeatedPartitions.KeyOf(topic, data));
}
