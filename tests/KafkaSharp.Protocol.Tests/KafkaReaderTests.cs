using System.Buffers.Binary;
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

    [TestCase(3, true)]
    [TestCase(2, false)]
    public void Tagged_fields_count_as_elements(int maxElements, bool isRead)
    {
        var reader = new KafkaReader(new byte[] { 3, 5, 0, 6, 0, 7, 0 }) { MaxElements = maxElements };
        Assert.That(Reads(ref reader, static (ref reader) => reader.ReadTags()), Is.EqualTo(isRead));
        Assert.That(reader.HasTooManyElements, Is.EqualTo(!isRead));
    }

    [TestCase(1, 511, true)]
    [TestCase(1, 512, false)]
    [TestCase(0, 255, true)]
    public void Long_strings_and_bytes_count_as_elements(int maxElements, int length, bool isRead)
    {
        var bytes = new byte[4 + length];
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(2), (short)length);
        foreach (var isString in new[] { true, false })
        {
            var reader = new KafkaReader(bytes.AsMemory(isString ? 2 : 0)) { MaxElements = maxElements };
            Assert.That(
                isString
                    ? Reads(ref reader, static (ref reader) => reader.ReadString(flexible: false))
                    : Reads(ref reader, static (ref reader) => reader.ReadBytes(flexible: false)),
                Is.EqualTo(isRead));
            Assert.That(reader.HasTooManyElements, Is.EqualTo(!isRead));
        }
    }

    private delegate object? Reading(ref KafkaReader reader);

    private static bool Reads(ref KafkaReader reader, Reading reading)
    {
        try
        {
            reading(ref reader);
            return true;
        }
        catch (ProtocolException)
        {
            return false;
        }
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
