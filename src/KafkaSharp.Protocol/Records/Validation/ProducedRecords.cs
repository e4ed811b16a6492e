using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// Checks the records of a partition in a produce request, before the append to a log (Kafka's <c>ProduceRequest.validateRecords</c>).
/// Thread-safe.
/// </summary>
public static class ProducedRecords
{
    /// <summary>The first version of Produce that may have records compressed with zstd.</summary>
    public const short FirstVersionWithZstd = 7;

    private const int FirstVersionOfMagic2Only = 3;

    /// <summary>
    /// From version 3 of the request, there must be exactly one batch, of magic 2. Before version 7 it must not be compressed with zstd.
    /// </summary>
    /// <exception cref="RecordsException">The records violate these rules or are corrupt.</exception>
    public static void Check(short version, ReadOnlySpan<byte> records)
    {
        if (version < FirstVersionOfMagic2Only)
            return;
        var batches = new RecordBatchReader(records);
        if (!batches.MoveNext())
            throw RecordsException.Invalid($"Produce requests with version {version} must have at least one record batch per partition");
        if (batches.Current.Magic != 2)
        {
            throw RecordsException.Invalid(
                $"Produce requests with version {version} are only allowed to contain record batches with magic version 2");
        }
        if (version < FirstVersionWithZstd && batches.Current.Compression == CompressionType.Zstd)
        {
            throw new RecordsException(
                ErrorCode.UnsupportedCompressionType,
                $"Produce requests with version {version} are not allowed to use ZStandard compression");
        }
        if (batches.MoveNext())
        {
            throw RecordsException.Invalid(
                $"Produce requests with version {version} are only allowed to contain exactly one record batch per partition");
        }
    }

    /// <summary>
    /// Whether the first batch is transactional. The request then requires authorization for the transactional id.
    /// </summary>
    /// <exception cref="RecordsException">The records are corrupt.</exception>
    public static bool IsTransactional(ReadOnlySpan<byte> records)
    {
        var batches = new RecordBatchReader(records);
        return batches.MoveNext()
            && batches.Current is { Magic: >= 2 } batch
            && (batch.Bytes[RecordBatchHeader.AttributesPosition + 1] & 0x10) != 0;
    }
}
