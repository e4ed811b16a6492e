using System.Diagnostics;
using System.Net;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;

namespace WireProbe;

/// <summary>
/// Creates a topic, then checks that Metadata returns its leader and that Produce succeeds without a retriable error, and deletes the
/// topic. Every second time the topic is identified by its id (KIP-516) instead of its name.
/// </summary>
internal static class CreateThenProduce
{
    public static int Run(IPEndPoint broker, int times)
    {
        // Two connections, like a client that has one for administration and one to the leader.
        using var admin = new WireConnection(broker);
        using var producer = new WireConnection(broker);
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), "k"u8, "v"u8);
        var records = builder.Build();
        var errors = new SortedDictionary<string, int>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < times; i++)
        {
            var name = $"wire-probe-{i}";
            var created = admin.Ask<CreateTopicsRequest, CreateTopicsResponse>(
                new CreateTopicsRequest
                {
                    Topics = [new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = 1, ReplicationFactor = 1 }],
                    TimeoutMs = 30_000,
                },
                7).Topics[0];
            Note("CreateTopics", created.ErrorCode);
            Note("Metadata", LeaderError(producer, name));
            Note("Produce", Produce(producer, name, created.TopicId, i % 2 == 0, records));
            var deleted = admin.Ask<DeleteTopicsRequest, DeleteTopicsResponse>(
                new DeleteTopicsRequest { Topics = [new DeleteTopicsRequest.DeleteTopicState { Name = name }], TimeoutMs = 30_000 }, 6);
            Note("DeleteTopics", deleted.Responses[0].ErrorCode);
        }
        foreach (var (what, count) in errors)
            Console.WriteLine($"{what}: {count} times");
        Console.WriteLine(
            $"{times} topics created, produced to and deleted in {clock.Elapsed.TotalSeconds:F1} s, {errors.Values.Sum()} errors");
        return errors.Count == 0 ? 0 : 1;

        void Note(string api, ErrorCode error)
        {
            if (error != ErrorCode.None)
                errors[$"{api} {error}"] = errors.GetValueOrDefault($"{api} {error}") + 1;
        }
    }

    private static ErrorCode LeaderError(WireConnection connection, string name)
    {
        var topic = connection.Ask<MetadataRequest, MetadataResponse>(
            new MetadataRequest { Topics = [new MetadataRequest.MetadataRequestTopic { Name = name }], AllowAutoTopicCreation = false },
            12).Topics[0];
        if (topic.ErrorCode != ErrorCode.None)
            return topic.ErrorCode;
        return topic.Partitions is [{ ErrorCode: ErrorCode.None, LeaderId: >= 0 }] ? ErrorCode.None : ErrorCode.LeaderNotAvailable;
    }

    private static ErrorCode Produce(WireConnection connection, string name, Uuid id, bool byName, ReadOnlyMemory<byte> records)
    {
        var topic = new ProduceRequest.TopicProduceData
        {
            PartitionData = [new ProduceRequest.PartitionProduceData { Index = 0, Records = records }],
        };
        if (byName)
            topic.Name = name;
        else
            topic.TopicId = id;
        var response = connection.Ask<ProduceRequest, ProduceResponse>(
            new ProduceRequest { Acks = -1, TimeoutMs = 30_000, TopicData = [topic] }, byName ? (short)11 : (short)13);
        return response.Responses[0].PartitionResponses[0].ErrorCode;
    }
}
