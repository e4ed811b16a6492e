using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// The checks of a leader on each record (Kafka's <c>LogValidator.validateRecord</c>): a key in a compacted topic, a timestamp in the
/// allowed range.
/// </summary>
internal readonly struct RecordRules(RecordValidationOptions options, TimestampType batchTimestampType, long nowMs)
{
    private readonly bool _checksRange = options.TimestampType == TimestampType.CreateTime;
    private readonly bool _batchIsLogAppendTime = batchTimestampType == TimestampType.LogAppendTime;

    /// <summary>
    /// Whether every record passes, determined from the smallest and largest timestamp. It may return false although all pass, if a record
    /// has no timestamp.
    /// </summary>
    public bool AllPass(RecordSurvey survey) =>
        (survey.AllHaveKeys || !options.Compacted)
        && survey.MinTimestamp >= 0
        && Check(survey.MinTimestamp) == TimestampFault.None
        && Check(survey.MaxTimestamp) == TimestampFault.None;

    /// <summary>Checks a record and adds its error, if any. False if there is one.</summary>
    public bool Check(scoped in RecordReader reader, int index, ref RecordErrorList errors)
    {
        ref readonly var record = ref reader.Current;
        if (options.Compacted && !record.HasKey)
            return AddNoKey(index, ref errors);
        var fault = Check(record.Timestamp);
        if (fault != TimestampFault.None && errors.Count(isTimestamp: true))
        {
            errors.List(
                index, fault == TimestampFault.OutOfRange ? OutOfRange(record.Timestamp, record.Offset) : WrongType(Describe(reader)));
        }
        return fault == TimestampFault.None;
    }

    public bool Check(in PartialRecordReader record, int index, ref RecordErrorList errors)
    {
        if (options.Compacted && record.KeyLength < 0)
            return AddNoKey(index, ref errors);
        var fault = Check(record.Timestamp);
        if (fault != TimestampFault.None && errors.Count(isTimestamp: true))
        {
            errors.List(
                index, fault == TimestampFault.OutOfRange ? OutOfRange(record.Timestamp, record.Offset) : WrongType(Describe(record)));
        }
        return fault == TimestampFault.None;
    }

    /// <summary>Checks that a legacy message has the magic of its wrapper, and that an inner message has a correct CRC.</summary>
    public bool CheckLegacy(scoped in RecordReader reader, byte magic, bool isCompressed, int index, ref RecordErrorList errors)
    {
        var message = reader.CurrentLegacy;
        if (message.Magic != magic)
        {
            if (errors.Count())
            {
                errors.List(
                    index,
                    $"Record {Describe(reader)}'s magic does not match outer magic {magic} in topic partition {options.TopicPartition}");
            }
            return false;
        }
        if (isCompressed && message.Crc != message.ComputeCrc())
        {
            throw new RecordsException(
                ErrorCode.CorruptMessage, $"Record is corrupt (stored crc = {message.Crc}, computed crc = {message.ComputeCrc()})");
        }
        return true;
    }

    /// <summary>Differences overflow like in Java, which matters for extreme timestamps.</summary>
    private TimestampFault Check(long timestamp)
    {
        if (_checksRange && timestamp != RecordBatchHeader.NoTimestamp)
        {
            var age = nowMs - timestamp;
            var isOutOfRange = age > options.TimestampBeforeMaxMs || -age > options.TimestampAfterMaxMs;
            return isOutOfRange ? TimestampFault.OutOfRange : TimestampFault.None;
        }
        return _batchIsLogAppendTime ? TimestampFault.LogAppendTime : TimestampFault.None;
    }

    private bool AddNoKey(int index, ref RecordErrorList errors)
    {
        if (errors.Count())
            errors.List(index, $"Compacted topic cannot accept message without key in topic partition {options.TopicPartition}");
        return false;
    }

    private string OutOfRange(long timestamp, long offset) =>
        $"Timestamp {timestamp} of message with offset {offset} is out of range. The timestamp should be within " +
        $"[{nowMs - options.TimestampBeforeMaxMs}, {nowMs + options.TimestampAfterMaxMs}]";

    private static string WrongType(string record) =>
        $"Invalid timestamp type in message {record}. Producer should not set timestamp type to LogAppendTime.";

    private static string Describe(in PartialRecordReader record) =>
        $"PartialDefaultRecord(offset={record.Offset}, timestamp={record.Timestamp}, key={record.KeyLength} bytes, " +
        $"value={record.ValueLength} bytes)";

    private static string Describe(scoped in RecordReader reader)
    {
        ref readonly var record = ref reader.Current;
        if (!reader.IsLegacy)
        {
            return $"DefaultRecord(offset={record.Offset}, timestamp={record.Timestamp}, " +
                $"key={record.Key.Length} bytes, value={record.Value.Length} bytes)";
        }
        var message = reader.CurrentLegacy;
        var time = message.Magic == 0 ? "" : $"{reader.CurrentTimestampType}={record.Timestamp}, ";
        return $"LegacyRecordBatch(offset={record.Offset}, Record(magic={message.Magic}, attributes={message.Attributes}, " +
            $"compression={Decompression.TypeOf(message.CompressionId).ToString().ToLowerInvariant()}, crc={message.Crc}, {time}" +
            $"key={record.Key.Length} bytes, value={record.Value.Length} bytes))";
    }

    private enum TimestampFault
    {
        None,
        OutOfRange,
        LogAppendTime,
    }
}
