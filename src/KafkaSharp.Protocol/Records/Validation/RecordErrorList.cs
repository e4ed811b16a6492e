namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// Counts the refused records of a batch and lists the first of them: a few kilobytes of compressed records can contain millions of invalid
/// ones. It allocates nothing while there are none.
/// </summary>
internal struct RecordErrorList
{
    /// <summary>How many are listed at most.</summary>
    public const int MaxListed = 10_000;

    private const int Shown = 3;

    private List<RecordError>? _errors;
    private int _count;
    private bool _anyTimestamp;

    /// <summary>Counts a refused record; whether it is to be listed, too. Its message is made only then.</summary>
    public bool Count(bool isTimestamp = false)
    {
        _anyTimestamp |= isTimestamp;
        return ++_count <= MaxListed;
    }

    public void List(int batchIndex, string message) => (_errors ??= []).Add(new RecordError(batchIndex, message));

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
            $"One or more records have been rejected due to {_count} record errors in total, " +
            $"and only showing the first three errors at most: [{shown}]",
            _errors);
    }
}
