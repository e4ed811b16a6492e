using HostileClients.Wire;
using KafkaSharp.Protocol.Messages;

namespace HostileClients.Requests;

/// <summary>Produce requests, acknowledged by all in-sync replicas.</summary>
internal static class ProduceRequests
{
    private const short Version = 12;

    public static RequestFrame To(string topic, int partition, byte[] batch) => To(topic, [(partition, batch)]);

    public static RequestFrame To(string topic, IEnumerable<(int Partition, byte[] Batch)> batches) =>
        RequestFrame.Of<ProduceRequest, ProduceResponse>(
            new()
            {
                Acks = -1, TimeoutMs = 60_000,
                TopicData =
                [
                    new()
                    {
                        Name = topic,
                        PartitionData =
                        [
                            .. batches.Select(
                                one => new ProduceRequest.PartitionProduceData { Index = one.Partition, Records = one.Batch }),
                        ],
                    },
                ],
            },
            Version);
}
