using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// Decides whether produced batches are validated in a few hundred microseconds, or in a time that depends on their content.
/// </summary>
public static class ValidationCost
{
    // About 5 ns each.
    private const int ManyRecords = 32 * 1024;

    /// <summary>
    /// Whether batches are compressed, are to be converted, or have a great many records. Looks at headers only; broken bytes are cheap to
    /// refuse.
    /// </summary>
    public static bool DependsOnContent(ReadOnlySpan<byte> records, RecordValidationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.TargetCompression is not (null or CompressionType.None))
            return true;
        try
        {
            foreach (var batch in new RecordBatchReader(records))
            {
                if (batch.Magic < 2 || !RecordBatchHeader.Fits(batch.Bytes) || batch.Header.CompressionId != 0
                    || batch.Header.RecordCount > ManyRecords)
                    return true;
            }
            return false;
        }
        catch (RecordsException)
        {
            return false;
        }
    }
}
