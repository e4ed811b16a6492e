using System.Buffers;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>Values that a version does not support, and unknown tagged fields.</summary>
internal sealed class MessageVersionTests
{
    [Test]
    public void A_version_outside_the_schema_is_refused_with_UNSUPPORTED_VERSION()
    {
        foreach (var version in new short[] { -1, 3, 14, short.MaxValue, short.MinValue })
        {
            if (version is >= ProduceRequest.LowestVersion and <= ProduceRequest.HighestVersion)
                continue;
            Assert.That(() => MessageCodec.Encode(new ProduceRequest(), version), Unsupported(), $"{version}");
            Assert.That(() => MessageCodec.Of(nameof(ProduceRequest)).Decode(new byte[64], version), Unsupported(), $"{version}");
        }
    }

    [Test]
    public void A_field_that_the_version_does_not_have_is_refused_unless_it_is_ignorable()
    {
        Assert.That(() => MessageCodec.Encode(new FetchRequest { ReplicaId = 3 }, 15), Unsupported());
        Assert.That(() => MessageCodec.Encode(new FetchRequest { ReplicaState = new() { ReplicaId = 3 } }, 14), Unsupported());
        Assert.That(() => MessageCodec.Encode(new FetchRequest { ForgottenTopicsData = [new()] }, 6), Unsupported());
        Assert.That(MessageCodec.Encode(new FetchRequest { RackId = "r", ClusterId = "c" }, 4), Is.EqualTo(
            MessageCodec.Encode(new FetchRequest(), 4)));
    }

    [Test]
    public void Null_is_refused_where_the_version_does_not_allow_it()
    {
        var request = new MetadataRequest { Topics = null };
        Assert.That(() => MessageCodec.Encode(request, 0), Throws.TypeOf<ProtocolException>());
        Assert.That(MessageCodec.Encode(request, 1), Is.EqualTo(new byte[] { 255, 255, 255, 255 }));
        Assert.That(() => MessageCodec.Of(nameof(MetadataRequest))
            .Decode(new byte[] { 255, 255, 255, 255 }, 0), Throws.TypeOf<ProtocolException>());
    }

    [Test]
    public void A_string_longer_than_int16_is_refused_in_both_directions()
    {
        var longest = new HeartbeatRequest { GroupId = new string('x', short.MaxValue) };
        Assert.That(MessageCodec.Encode(longest, 4), Has.Length.GreaterThan(short.MaxValue));
        longest.GroupId += "x";
        Assert.That(() => MessageCodec.Encode(longest, 0), Throws.TypeOf<ProtocolException>());
        Assert.That(() => MessageCodec.Encode(longest, 4), Throws.TypeOf<ProtocolException>());
        byte[] compact = [0x81, 0x80, 0x02, .. new byte[40000]];
        Assert.That(() => MessageCodec.Of(nameof(HeartbeatRequest)).Decode(compact, 4), Throws.TypeOf<ProtocolException>());
    }

    [Test]
    public void Unknown_tags_are_written_in_order_between_known_tags()
    {
        var request = new FetchRequest { ReplicaState = new() { ReplicaId = 1, ReplicaEpoch = 2 }, UnknownTaggedFields = [new(7, [1, 2])] };
        var bytes = MessageCodec.Encode(request, 15);
        var again = (FetchRequest)MessageCodec.Of(nameof(FetchRequest)).Decode(bytes, 15).Message;
        Assert.That(again.ReplicaState.ReplicaEpoch, Is.EqualTo(2));
        Assert.That(again.UnknownTaggedFields, Has.Count.EqualTo(1));
        Assert.That(MessageCodec.Encode(again, 15), Is.EqualTo(bytes));
    }

    [Test]
    public void Known_or_unordered_tags_among_the_unknown_ones_and_tags_in_an_inflexible_version_are_refused()
    {
        Assert.That(() => Encode([new(0, [])], 15), Throws.TypeOf<ProtocolException>());
        Assert.That(() => Encode([new(9, []), new(8, [])], 15), Throws.TypeOf<ProtocolException>());
        Assert.That(() => Encode([new(9, []), new(9, [])], 15), Throws.TypeOf<ProtocolException>());
        Assert.That(() => Encode([new(9, [])], 11), Unsupported());

        static byte[] Encode(List<RawTaggedField> tags, short version) =>
            MessageCodec.Encode(new FetchRequest { ClusterId = version < 12 ? null : "c", UnknownTaggedFields = tags }, version);
    }

    [Test]
    public void A_known_tag_in_a_version_without_it_is_refused()
    {
        // FetchRequest v12 has tag 0 but not tag 1.
        var bytes = MessageCodec.Encode(new FetchRequest { UnknownTaggedFields = [new(2, [0])] }, 12);
        bytes[^3] = 1;
        Assert.That(() => MessageCodec.Of(nameof(FetchRequest)).Decode(bytes, 12), Throws.TypeOf<ProtocolException>());
    }

    [Test]
    public void A_struct_in_a_tag_has_its_presence_as_a_varint()
    {
        var value = new ConsumerGroupMemberMetadataValue { ClassicMemberMetadata = null };
        Assert.That(MessageCodec.Encode(value, 0)[^4..], Is.EqualTo(new byte[] { 1, 0, 1, 0 }));
    }

    [Test]
    public void Interfaces_give_keys_and_versions_statically()
    {
        Assert.That(Key<ProduceRequest>(), Is.EqualTo((ApiKey.Produce, (short)3, (short)13)));
        Assert.That(((IRecordMessage)new PartitionRecord()).Type, Is.EqualTo(PartitionRecord.RecordType));

        static (ApiKey, short, short) Key<T>()
            where T : class, IRequest<T> => (T.ApiKey, T.LowestVersion, T.HighestVersion);
    }

    [Test]
    public void Records_are_read_and_written_without_a_copy()
    {
        var records = new byte[] { 1, 2, 3 };
        var request = new ProduceRequest { TopicData = [new() { Name = "t", PartitionData = [new() { Records = records }] }] };
        var sink = new SplicingSink();
        var writer = new KafkaWriter(sink);
        request.Write(ref writer, 9);
        writer.Flush();
        Assert.That(sink.Spliced, Is.EqualTo(new ReadOnlyMemory<byte>(records)));
        Assert.That(writer.Written, Is.EqualTo(sink.Bytes.WrittenCount));
        var bytes = sink.Bytes.WrittenSpan.ToArray();
        Assert.That(bytes, Is.EqualTo(MessageCodec.Encode(request, 9)));

        var reader = new KafkaReader(bytes);
        var read = ProduceRequest.Read(ref reader, 9).TopicData[0].PartitionData[0].Records!.Value;
        bytes.AsSpan().Fill(9);
        Assert.That(read.ToArray(), Is.EqualTo(new byte[] { 9, 9, 9 }));
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Unsupported() =>
        Throws.TypeOf<ProtocolException>().With.Property(nameof(ProtocolException.ErrorCode)).EqualTo(ErrorCode.UnsupportedVersion);

    private sealed class SplicingSink : IRecordsSink
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new();
        public ReadOnlyMemory<byte> Spliced { get; private set; }

        public void WriteRecords(ReadOnlyMemory<byte> records)
        {
            Spliced = records;
            Bytes.Write(records.Span);
        }

        public void Advance(int count) => Bytes.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0) => Bytes.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => Bytes.GetSpan(sizeHint);
    }
}
