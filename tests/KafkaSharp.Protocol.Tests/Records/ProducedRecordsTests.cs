using System.Buffers.Binary;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Protocol.Tests.Records;

/// <summary>The first check of produced records, in versions of the request that look at the compression.</summary>
public sealed class ProducedRecordsTests
{
    private const int None = 0, Zstd = 4, Unknown = 7;

    // Apache Kafka 4.3.1 reads only the attributes here, so that the check of the size follows, with its own error.
    [TestCase(60, None, null)]
    [TestCase(26, None, null)]
    [TestCase(60, Zstd, ErrorCode.UnsupportedCompressionType)]
    [TestCase(61, Unknown, ErrorCode.UnknownServerError)]
    public void Before_version_7_the_compression_of_a_batch_of_any_size_is_checked(int size, int compression, ErrorCode? error)
    {
        var batch = new byte[size];
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatchHeader.BatchLengthPosition), size - RecordBatchHeader.LogOverhead);
        batch[RecordBatchHeader.MagicPosition] = 2;
        batch[RecordBatchHeader.AttributesPosition + 1] = (byte)compression;

        Assert.That(Error(6, batch), Is.EqualTo(error));
        Assert.That(Error(7, batch), Is.Null);
    }

    private static ErrorCode? Error(short version, byte[] records)
    {
        try
        {
            ProducedRecords.Check(version, records);
            return null;
        }
        catch (RecordsException e)
        {
            return e.ErrorCode;
        }
    }
}
