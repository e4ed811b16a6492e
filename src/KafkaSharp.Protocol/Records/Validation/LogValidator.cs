using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// Checks batches and records and assigns offsets (Kafka's <c>LogValidator</c>). A magic 2 batch whose compression does not change is
/// patched in place; other batches are rebuilt.
/// </summary>
internal readonly ref struct LogValidator
{
    private const byte CurrentMagic = 2;

    // A record is converted in one piece. One that takes so much more than the largest batch is sent to take memory; Kafka would try.
    private const int LeastConvertedRecord = 16 * 1024 * 1024;
    private const int ConvertedRecordFactor = 64;

    private readonly Span<byte> _records;
    private readonly RecordValidationOptions _options;
    private readonly AppendOrigin _origin;
    private readonly CompressionType _source;
    private readonly CompressionType _target;
    private readonly long _firstOffset;
    private readonly long _nowMs;
    private readonly int _leaderEpoch;
    private readonly IWorkTurn? _turn;

    public LogValidator(
        Span<byte> records,
        RecordValidationOptions options,
        AppendOrigin origin,
        CompressionType source,
        long firstOffset,
        int leaderEpoch,
        long nowMs,
        IWorkTurn? turn)
    {
        _records = records;
        _options = options;
        _origin = origin;
        _source = source;
        _target = options.TargetCompression ?? source;
        _firstOffset = firstOffset;
        _leaderEpoch = leaderEpoch;
        _nowMs = nowMs;
        _turn = turn;
    }

    private int LargestConvertedRecord =>
        (int)Math.Min(Math.Max(LeastConvertedRecord, (long)ConvertedRecordFactor * _options.MaxMessageBytes), int.MaxValue);

    /// <exception cref="RecordsException">The batch is invalid.</exception>
    /// <exception cref="RecordsRefusedException">One or more records are invalid.</exception>
    public ValidatedRecords Run()
    {
        var first = FirstBatch();
        var inPlace = _source == CompressionType.None && _target == CompressionType.None
            ? AllCurrentMagic()
            : first.Magic == CurrentMagic && (_source == _target || (_source == CompressionType.None && first.IsControlBatch));
        if (!inPlace)
            return Rebuild(first);
        BatchRules.Check(first, first.Magic, _origin, _options.TopicPartition);
        if (_source != CompressionType.None)
            return Patch(first, ValidatePartially(first));
        if (_target == CompressionType.None)
            return Patch(first, Survey(first) ?? ValidateFull(first, offsetsMustFollow: false, out _));
        var records = ValidateFull(first, offsetsMustFollow: true, out var offsetsFollow);
        return offsetsFollow ? Patch(first, records) : Rebuild(first);
    }

    /// <summary>The first batch. Only uncompressed legacy messages may be followed by others.</summary>
    private RecordBatch FirstBatch()
    {
        var batches = new RecordBatchReader(_records);
        if (!batches.MoveNext())
            throw RecordsException.Invalid("Record batch has no batches at all");
        var first = batches.Current;
        if ((first.Magic >= CurrentMagic || _source != CompressionType.None) && batches.MoveNext())
            throw RecordsException.Invalid("Compressed outer record has more than one batch");
        return first;
    }

    private bool AllCurrentMagic()
    {
        foreach (var batch in new RecordBatchReader(_records))
        {
            if (batch.Magic != CurrentMagic)
                return false;
        }
        return true;
    }

    /// <summary>The fast pass. Null if a record may violate a rule; the slow pass then finds out.</summary>
    private (int Count, long MaxTimestamp)? Survey(RecordBatch batch) =>
        RecordSurvey.TryMake(batch, _turn, out var survey) && new RecordRules(_options, batch.TimestampType, _nowMs).AllPass(survey)
            ? (survey.Count, survey.MaxTimestamp)
            : null;

    private (int Count, long MaxTimestamp) ValidateFull(RecordBatch batch, bool offsetsMustFollow, out bool offsetsFollow)
    {
        var rules = new RecordRules(_options, batch.TimestampType, _nowMs);
        var errors = default(RecordErrorList);
        var count = 0;
        var maxTimestamp = RecordBatchHeader.NoTimestamp;
        offsetsFollow = true;
        using var reader = new RecordReader(batch, int.MaxValue, _turn);
        while (reader.MoveNext())
        {
            ref readonly var record = ref reader.Current;
            offsetsFollow &= !offsetsMustFollow || record.Offset == count;
            rules.Check(reader, count++, ref errors);
            maxTimestamp = Math.Max(maxTimestamp, record.Timestamp);
        }
        errors.ThrowIfAny();
        return (count, maxTimestamp);
    }

    private (int Count, long MaxTimestamp) ValidatePartially(RecordBatch batch)
    {
        var rules = new RecordRules(_options, batch.TimestampType, _nowMs);
        var errors = default(RecordErrorList);
        var count = 0;
        var maxTimestamp = RecordBatchHeader.NoTimestamp;
        var offsetsFollow = true;
        using var reader = new PartialRecordReader(batch, _turn);
        while (reader.MoveNext())
        {
            offsetsFollow &= reader.Offset == count;
            if (rules.Check(reader, count++, ref errors))
                maxTimestamp = Math.Max(maxTimestamp, reader.Timestamp);
        }
        errors.ThrowIfAny();
        // Kafka rebuilds such a batch from records without keys and values, which fails with this error.
        if (!offsetsFollow)
            throw new RecordsException(ErrorCode.UnknownServerError, "The offsets of a compressed batch do not follow one another from 0");
        return (count, maxTimestamp);
    }

    private ValidatedRecords Patch(RecordBatch batch, (int Count, long MaxTimestamp) records)
    {
        var bytes = _records[..batch.SizeInBytes];
        var lastOffset = _firstOffset + records.Count - 1;
        var timestamp = _options.TimestampType == TimestampType.LogAppendTime ? _nowMs : records.MaxTimestamp;
        RecordBatchPatch.SetLastOffset(bytes, lastOffset);
        RecordBatchPatch.SetMaxTimestamp(bytes, _options.TimestampType, timestamp);
        RecordBatchPatch.SetPartitionLeaderEpoch(bytes, _leaderEpoch);
        return new ValidatedRecords(null, lastOffset, timestamp, records.Count);
    }

    private ValidatedRecords Rebuild(RecordBatch first)
    {
        var builder = new RecordBatchBuilder(new RecordBatchOptions
        {
            BaseOffset = _firstOffset,
            Compression = _target,
            CompressionLevel = _options.CompressionLevel,
            MaxBytes = _options.MaxMessageBytes,
            TimestampType = _options.TimestampType,
            LogAppendTime = _nowMs,
            ProducerId = first.ProducerId,
            ProducerEpoch = first.ProducerEpoch,
            BaseSequence = first.BaseSequence,
            IsTransactional = first.IsTransactional,
            PartitionLeaderEpoch = _leaderEpoch,
        });
        builder.ReserveIn(_turn);
        try
        {
            foreach (var batch in new RecordBatchReader(_records))
            {
                BatchRules.Check(batch, first.Magic, _origin, _options.TopicPartition);
                AppendRecords(batch, builder);
            }
            CheckProducer(first);
            if (builder.IsTooLarge)
            {
                throw new RecordsException(
                    ErrorCode.MessageTooLarge,
                    $"The batch, converted to {_target} compression, is larger than the maximum configured value of " +
                    $"{_options.MaxMessageBytes} bytes " +
                    $"in append to partition {_options.TopicPartition}");
            }
            return new ValidatedRecords(builder, builder.LastOffset, builder.MaxTimestamp, builder.RecordCount);
        }
        catch
        {
            builder.Dispose();
            throw;
        }
    }

    // The rules of Kafka's builder of batches, whose exception is not one of its errors.
    private static void CheckProducer(RecordBatch batch)
    {
        var hasId = batch.ProducerId != RecordBatchHeader.NoProducerId;
        var fault = !hasId && batch.IsTransactional ? "Cannot write transactional messages without a valid producer ID"
            : hasId && batch.ProducerEpoch == RecordBatchHeader.NoProducerEpoch ? "Invalid negative producer epoch"
            : hasId && batch.BaseSequence < 0 ? "Invalid negative sequence number used"
            : null;
        if (fault is not null)
            throw new RecordsException(ErrorCode.UnknownServerError, fault);
    }

    private void AppendRecords(RecordBatch batch, RecordBatchBuilder builder)
    {
        var rules = new RecordRules(_options, batch.TimestampType, _nowMs);
        var errors = default(RecordErrorList);
        var isLegacy = batch.Magic < CurrentMagic;
        var isCompressed = batch.Compression != CompressionType.None;
        var index = 0;
        using var reader = new RecordReader(batch, LargestConvertedRecord, _turn);
        for (; reader.MoveNext(); index++)
        {
            if (isLegacy && !rules.CheckLegacy(reader, batch.Magic, isCompressed, index, ref errors))
                continue;
            if (!rules.Check(reader, index, ref errors))
                continue;
            ref readonly var record = ref reader.Current;
            if (record.Timestamp < RecordBatchHeader.NoTimestamp)
                throw new RecordsException(ErrorCode.UnknownServerError, $"Invalid negative timestamp {record.Timestamp}");
            builder.Append(builder.NextOffset, record);
        }
        errors.ThrowIfAny();
    }
}
