namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>Collects the refused records of a batch. It allocates nothing while there are none.</summary>
struct RecordErrorList
{
    private const int Shown = 3;

    private List<RecordError>? _errors;
    private bool _anyTimestamp;

    public void Add(int batchIndex, string message) => (_errors ??= []).Add(new RecordError(batchIndex, message));

    public void AddTimestamp(int batchIndex, string message)
    {
        _anyTimestamp = true;
        Add(batchIndex, message);
    }

    /// <summary>Throws an exception with Kafka's message if a record was refused.</summary>
    public readonly void ThrowIfAny()
    {
        if (_errors is null)
            return;
        if (_anyTimestamp)
        {
            throw new RecordsRefusedException(
                ErrorCode.InvalidTimestamp, "One or more records have been rejected due to invalid timestamp", _errors);
        }
        var shown = string.Join(", ", _errors.Take(Shown).Select(e => $"RecordError(batchIndex={e.BatchIndex}, message='{e.Message}')"));
        throw new RecordsRefusedException(
            ErrorCode.InvalidRecord,
            $"One or more records have been rejected due to {_errors.Count} record errors in total, " +
            $"and only showing the first three errors at most: [{shown}]",
            _errors);
    }
}
