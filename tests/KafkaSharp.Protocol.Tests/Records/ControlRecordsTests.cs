using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Tests.Records;

public sealed class ControlRecordsTests
{
    [TestCase("v2/control/commit", ControlRecordType.Commit)]
    [TestCase("v2/control/abort", ControlRecordType.Abort)]
    public void A_marker_is_written_as_Kafka_writes_it(string name, ControlRecordType type)
    {
        var line = BatchVector.Lines("record-batches.jsonl.gz", "valid").Single(l => l.Case() == name);
        var batch = new RecordBatch(line.Bytes());
        using var reader = new RecordReader(batch);
        Assert.That(reader.MoveNext());
        var marker = ControlRecords.ParseEndTransactionMarker(reader.Current);
        Assert.That(marker.Type, Is.EqualTo(type));
        var built = ControlRecords.EndTransactionBatch(
            marker, batch.BaseOffset, reader.Current.Timestamp, batch.ProducerId, batch.ProducerEpoch, batch.PartitionLeaderEpoch);
        Assert.That(Convert.ToHexStringLower(built), Is.EqualTo(line.GetProperty("hex").GetString()));
    }

    [TestCase("v2/control/leader-change-v0")]
    [TestCase("v2/control/snapshot-header")]
    [TestCase("v2/control/snapshot-footer")]
    [TestCase("v2/control/kraft-version")]
    [TestCase("v2/control/voters")]
    public void A_control_record_of_the_quorum_is_written_as_Kafka_writes_it(string name)
    {
        var line = BatchVector.Lines("record-batches.jsonl.gz", "valid").Single(l => l.Case() == name);
        var batch = new RecordBatch(line.Bytes());
        using var reader = new RecordReader(batch);
        Assert.That(reader.MoveNext());
        var built = ControlRecords.Batch(
            ControlRecords.ParseType(reader.Current.Key),
            reader.Current.Value,
            reader.Current.Timestamp,
            new RecordBatchOptions { BaseOffset = batch.BaseOffset, PartitionLeaderEpoch = batch.PartitionLeaderEpoch });
        Assert.That(Convert.ToHexStringLower(built), Is.EqualTo(line.GetProperty("hex").GetString()));
    }

    [Test]
    public void A_key_that_is_too_short_is_an_invalid_record() =>
        Assert.That(
            () => ControlRecords.ParseType(new byte[3]),
            Throws.TypeOf<RecordsException>().With.Property(nameof(RecordsException.ErrorCode)).EqualTo(ErrorCode.InvalidRecord));

    [Test]
    public void An_undefined_type_is_unknown() =>
        Assert.That(ControlRecords.ParseType([0, 0, 0, 99]), Is.EqualTo(ControlRecordType.Unknown));
}
