using System.Text.Json;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.ProducerState;

/// <summary>Recorded produce requests of an idempotent producer. The log returns the same results as the genuine broker.</summary>
public sealed class IdempotenceConversationTests
{
    [TestCase("conversations/idempotence-raw.jsonl.gz")]
    [TestCase("conversations/features-0/idempotence-raw.jsonl.gz")]
    public void A_log_returns_the_results_of_the_genuine_broker(string conversation)
    {
        var logs = new Dictionary<string, PartitionLog>();
        var files = new MemoryFileSystem(TimeProvider.System);
        var requests = new Dictionary<int, JsonElement>();
        var responses = 0;
        foreach (var line in Vectors.Lines(conversation))
        {
            using var json = JsonDocument.Parse(line);
            var frame = json.RootElement.Clone();
            if (!frame.TryGetProperty("api", out var api) || api.GetString() != "Produce")
                continue;
            var correlationId = frame.GetProperty("correlationId").GetInt32();
            if (frame.GetProperty("dir").GetString() == "request")
            {
                requests[correlationId] = frame.GetProperty("json");
                continue;
            }
            foreach (var (topic, index, records) in Partitions(requests[correlationId]))
            {
                if (!logs.TryGetValue($"{topic}-{index}", out var log))
                    logs.Add($"{topic}-{index}", log = Open(files, topic, index));
                var expected = Result(frame.GetProperty("json"), topic, index);
                var info = log.AppendAsLeader(records, leaderEpoch: 0);
                log.UpdateHighWatermark(log.LogEndOffset);
                Assert.That(((short)info.ErrorCode, info.ErrorCode == ErrorCode.None ? info.FirstOffset
                    : -1, info.ErrorCode == ErrorCode.None ? info.LogAppendTime : -1),
                    Is.EqualTo((expected.GetProperty("errorCode").GetInt16(), expected.GetProperty("baseOffset").GetInt64(),
                        expected.GetProperty("logAppendTimeMs").GetInt64())), $"frame {frame.GetProperty("n")}");
                responses++;
            }
        }
        Assert.That(responses, Is.GreaterThan(15));
    }

    private static PartitionLog Open(MemoryFileSystem files, string topic, int index) => PartitionLog.Open(new PartitionLogOptions
    {
        FileSystem = files, Directory = $"/{topic}-{index}", TopicPartition = new TopicPartition(topic, index), Random = new Random(1),
        Background = work => work(),
    });

    private static IEnumerable<(string Topic, int Index, byte[] Records)> Partitions(JsonElement request) =>
        from topic in request.GetProperty("topicData").EnumerateArray()
        from partition in topic.GetProperty("partitionData").EnumerateArray()
        select (topic.GetProperty("name").GetString()!, partition.GetProperty("index").GetInt32(),
            partition.GetProperty("records").GetBytesFromBase64());

    private static JsonElement Result(JsonElement response, string topic, int index) =>
        (from t in response.GetProperty("responses").EnumerateArray()
         where t.GetProperty("name").GetString() == topic
         from p in t.GetProperty("partitionResponses").EnumerateArray()
         where p.GetProperty("index").GetInt32() == index
         select p).Single();
}
