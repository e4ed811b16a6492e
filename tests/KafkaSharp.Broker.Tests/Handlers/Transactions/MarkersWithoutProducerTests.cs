using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Handlers.Transactions;

/// <summary>WriteTxnMarkers with a marker for which no batch can be built.</summary>
internal sealed class MarkersWithoutProducerTests
{
    [TestCase(-1L, (short)0, "UnknownServerError UnknownServerError")]
    [TestCase(7L, (short)-1, "UnknownServerError UnknownServerError")]
    [TestCase(7L, (short)0, "None UnknownTopicOrPartition")]
    public async Task Without_id_or_epoch_it_fails_the_whole_request(long producerId, short epoch, string expected)
    {
        await using var node = await TestNode.StartAsync();
        await node.CreateTopicAsync("t");
        var response = await node.AskAsync<WriteTxnMarkersRequest, WriteTxnMarkersResponse>(
            new WriteTxnMarkersRequest
            {
                Markers =
                [
                    new()
                    {
                        ProducerId = producerId,
                        ProducerEpoch = epoch,
                        Topics = [new() { Name = "t", PartitionIndexes = [0] }, new() { Name = "missing", PartitionIndexes = [0] }],
                    },
                ],
            },
            1);
        Assert.That(
            string.Join(' ', response.Markers.Single().Topics.SelectMany(topic => topic.Partitions).Select(p => p.ErrorCode)),
            Is.EqualTo(expected));
    }
}
