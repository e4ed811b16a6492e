using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// One quick pass over the records of an uncompressed magic 2 batch in which everything is as it should be: how many there are, the range
/// of their timestamps, whether all have keys. On the path of nearly every produced batch.
/// </summary>
readonly record struct RecordSurvey(int Count, long MinTimestamp, long MaxTimestamp, bool AllHaveKeys)
{
    /// <summary>False where anything is wrong or unusual: then the records are to be read one by one.</summary>
    public static bool TryMake(RecordBatch batch, out RecordSurvey survey)
    {
        survey = default;
        var header = batch.Header;
        if (header.CompressionId != 0 || header.IsLogAppendTime)
            return false;
        var records = batch.Bytes[RecordBatchHeader.Size..];
        var count = header.RecordCount;
        var min = long.MaxValue;
        var max = long.MinValue;
        var allHaveKeys = true;
        var position = 0;
        for (var left = count; left > 0; left--)
        {
            if (!Varint.TryRead(records, ref position, out int size) || (uint)size > (uint)(records.Length - position))
                return false;
            if (!RecordOutline.TryParse(records.Slice(position, size), out var outline))
                return false;
            position += size;
            allHaveKeys &= outline.KeyLength >= 0;
            min = Math.Min(min, outline.TimestampDelta);
            max = Math.Max(max, outline.TimestampDelta);
        }
        survey = new RecordSurvey(count, header.BaseTimestamp + min, header.BaseTimestamp + max, allHaveKeys);
        return count > 0 && position == records.Length && min > -MaxSpan && max < MaxSpan;
    }

    /// <summary>Far below what could overflow when added to a timestamp.</summary>
    private const long MaxSpan = 1L << 60;
}
