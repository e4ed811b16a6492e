using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// The result of a fast pass over the records of a valid uncompressed magic 2 batch: their number, the range of their timestamps, and
/// whether all have keys. It is on the path of nearly every produced batch.
/// </summary>
internal readonly record struct RecordSurvey(int Count, long MinTimestamp, long MaxTimestamp, bool AllHaveKeys)
{
    /// <summary>False if the batch is invalid or unusual. The caller must then read the records one by one.</summary>
    public static bool TryMake(RecordBatch batch, IWorkTurn? turn, out RecordSurvey survey)
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
            if (turn is not null && left % RecordsPerCheckIn == 0)
                turn.CheckIn();
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

    private const int RecordsPerCheckIn = 4096;

    /// <summary>A delta below this limit cannot overflow when it is added to a timestamp.</summary>
    private const long MaxSpan = 1L << 60;
}
