using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Tests.Messages;

namespace KafkaSharp.Protocol.Tests;

internal sealed class KafkaReaderTests
{
    [TestCase(5, true)]
    [TestCase(4, false)]
    public void The_elements_of_all_arrays_together_are_limited(int maxElements, bool isRead)
    {
        // 2 topics with 1 and 2 partitions.
        var request = new OffsetDeleteRequest { GroupId = "g", Topics = [Topic(1), Topic(2)] };
        var reader = new KafkaReader(MessageCodec.Encode(request, 0)) { MaxElements = maxElements };
        try
        {
            OffsetDeleteRequest.Read(ref reader, 0);
            Assert.That(isRead);
        }
        catch (ProtocolException)
        {
            Assert.That(isRead, Is.False);
        }
        Assert.That(reader.HasTooManyElements, Is.EqualTo(!isRead));
    }

    [Test]
    public void Another_fault_is_no_excess_of_elements()
    {
        var reader = new KafkaReader(new byte[] { 0, 1 }) { MaxElements = 1 };
        Assert.That(Faults(ref reader));
        Assert.That(reader.HasTooManyElements, Is.False);
    }

    private static bool Faults(ref KafkaReader reader)
    {
        try
        {
            OffsetDeleteRequest.Read(ref reader, 0);
            return false;
        }
        catch (ProtocolException)
        {
            return true;
        }
    }

    private static OffsetDeleteRequest.OffsetDeleteRequestTopic Topic(int partitions) => new()
    {
        Name = "t",
        Partitions =
        [
            .. Enumerable.Range(0, partitions).Select(i => new OffsetDeleteRequest.OffsetDeleteRequestPartition { PartitionIndex = i }),
        ],
    };
}
