using System.Buffers;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>Stored records with their prefixes, compared with the bytes of Kafka's serdes.</summary>
internal sealed class RecordFrameTests
{
    private static readonly Dictionary<string, (RecordRead Key, RecordRead Value)> s_logs = new()
    {
        ["group"] = (GroupRecords.ReadKey, GroupRecords.ReadValue),
        ["transaction"] = (TransactionRecords.ReadKey, TransactionRecords.ReadValue),
        ["share"] = (ShareRecords.ReadKey, ShareRecords.ReadValue),
    };

    [Test]
    public void Metadata_records_have_frame_version_type_and_version()
    {
        var seen = 0;
        foreach (var vector in Framed("metadata").Where(v => MessageSchemas.All[v.Name].Log == "metadata"))
        {
            var reader = new KafkaReader(vector.Framed);
            var record = MetadataRecordFrame.Read(ref reader);
            Assert.That((record.Message.GetType().Name, record.Message.Type, record.Version), Is.EqualTo(
                (vector.Name, vector.ApiKey, vector.Version)));
            Assert.That(Written((ref KafkaWriter writer) => MetadataRecordFrame.Write(ref writer, record)), Is.EqualTo(vector.Framed),
                vector.ToString());
            seen++;
        }
        Assert.That(seen, Is.GreaterThan(200));
    }

    [Test]
    public void Remote_log_records_are_found_by_their_type()
    {
        var seen = 0;
        foreach (var vector in Framed("metadata").Where(v => MessageSchemas.All[v.Name].Log == "remoteLog"))
        {
            var reader = new KafkaReader(vector.Bytes);
            Assert.That(RemoteLogRecords.Read(vector.ApiKey, vector.Version, ref reader)!.GetType().Name, Is.EqualTo(vector.Name));
            seen++;
        }
        Assert.That(seen, Is.GreaterThan(10));
    }

    [Test]
    public void Coordinator_keys_are_preceded_by_their_type()
    {
        var seen = 0;
        foreach (var vector in Framed("coordinator-key"))
        {
            var reader = new KafkaReader(vector.Framed);
            var key = CoordinatorRecordFrame.ReadKey(ref reader, s_logs[MessageSchemas.All[vector.Name].Log].Key)!;
            Assert.That((key.GetType().Name, key.Type, reader.Remaining), Is.EqualTo((vector.Name, vector.ApiKey, 0)));
            Assert.That(Written((ref KafkaWriter writer) => CoordinatorRecordFrame.WriteKey(ref writer, key)), Is.EqualTo(vector.Framed));
            seen++;
        }
        Assert.That(seen, Is.EqualTo(120));
    }

    [Test]
    public void Coordinator_values_are_preceded_by_their_version()
    {
        var seen = 0;
        foreach (var vector in Framed("coordinator-value"))
        {
            var reader = new KafkaReader(vector.Framed);
            var value = CoordinatorRecordFrame.ReadValue(
                ref reader, vector.ApiKey, s_logs[MessageSchemas.All[vector.Name].Log].Value)!.Value;
            Assert.That((value.Message.GetType().Name, value.Version, reader.Remaining), Is.EqualTo((vector.Name, vector.Version, 0)));
            Assert.That(Written((ref KafkaWriter writer) => CoordinatorRecordFrame.WriteValue(ref writer, value)), Is.EqualTo(
                vector.Framed));
            seen++;
        }
        Assert.That(seen, Is.EqualTo(206));
    }

    [Test]
    public void Other_data_is_preceded_by_its_version()
    {
        var seen = 0;
        foreach (var vector in MessageVector.All().Where(v => v is { Kind: "data", Framed: not null }))
        {
            Assert.That(vector.Framed![..2], Is.EqualTo(new[] { (byte)(vector.Version >> 8), (byte)vector.Version }));
            var (message, _) = MessageCodec.Of(vector.Name).Decode(vector.Framed.AsMemory(2), vector.Version);
            Assert.That(Written((ref KafkaWriter writer) => VersionedData.Write(ref writer, message, vector.Version)), Is.EqualTo(
                vector.Framed));
            seen++;
        }
        Assert.That(seen, Is.EqualTo(69));
    }

    [Test]
    public void A_later_version_of_the_consumer_protocol_is_read_as_the_highest_known_version()
    {
        var subscription = new ConsumerProtocolSubscription { Topics = ["a", "b"], RackId = "r" };
        var bytes = Written(
            (ref KafkaWriter writer) => VersionedData.Write(ref writer, subscription, ConsumerProtocolSubscription.HighestVersion));
        bytes[1] = 99;
        var reader = new KafkaReader((byte[])[.. bytes, 1, 2, 3]);
        var read = VersionedData.ReadForwardCompatible<ConsumerProtocolSubscription>(ref reader, out var version);
        Assert.That((version, read.RackId, reader.Remaining), Is.EqualTo(((short)99, "r", 3)));
        Assert.That(read.Topics, Is.EqualTo(subscription.Topics));
        Assert.That(
            () =>
            {
                var again = new KafkaReader(bytes);
                VersionedData.Read<ConsumerProtocolSubscription>(ref again, out _);
            },
            Throws.TypeOf<ProtocolException>());
    }

    [TestCase("", TestName = "Metadata frame: nothing")]
    [TestCase("00140000", TestName = "Metadata frame: of the preview")]
    [TestCase("02140000", TestName = "Metadata frame: of a later version")]
    [TestCase("011d0000", TestName = "Metadata frame: unknown type")]
    [TestCase("01140100", TestName = "Metadata frame: unknown version")]
    [TestCase("0114000000", TestName = "Metadata frame: bytes behind the message")]
    [TestCase("0194808080800000", TestName = "Metadata frame: type beyond int16")]
    public void Bytes_that_are_not_a_metadata_record_are_refused(string hex) => Assert.That(
        () =>
        {
            var reader = new KafkaReader(Convert.FromHexString(hex));
            MetadataRecordFrame.Read(ref reader);
        },
        Throws.TypeOf<ProtocolException>());

    [Test]
    public void A_coordinator_record_of_an_unknown_type_is_null()
    {
        var reader = new KafkaReader(Convert.FromHexString("7fff00"));
        Assert.That(CoordinatorRecordFrame.ReadKey(ref reader, GroupRecords.ReadKey), Is.Null);
        var value = new KafkaReader(Convert.FromHexString("000000"));
        Assert.That(CoordinatorRecordFrame.ReadValue(ref value, 999, GroupRecords.ReadValue), Is.Null);
    }

    private delegate void Write(ref KafkaWriter writer);

    private static byte[] Written(Write write)
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        write(ref writer);
        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }

    private static IEnumerable<MessageVector> Framed(string kind) => MessageVector.All().Where(v => v.Kind == kind);
}
