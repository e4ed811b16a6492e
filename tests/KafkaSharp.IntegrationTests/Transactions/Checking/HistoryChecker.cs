using KafkaSharp.Protocol;

namespace KafkaSharp.IntegrationTests.Transactions.Checking;

/// <summary>
/// Checks what clients did against what is there in the end, in the way of Elle's list-append: because values are unique, each one
/// identifies its transaction, and each list gives the order of the transactions.
/// </summary>
internal sealed class HistoryChecker(History history, Observation observation)
{
    private readonly List<string> _violations = [];
    private readonly Dictionary<int, (Attempt Attempt, int Index)> _writers = [];

    /// <summary>Everything that must not be; empty for a correct history.</summary>
    public IReadOnlyList<string> Check()
    {
        foreach (var attempt in history.Attempts)
        {
            for (var i = 0; i < attempt.Appends.Count; i++)
                _writers.Add(attempt.Appends[i].Value, (attempt, i));
        }
        CheckLists();
        CheckOutcomes();
        CheckOrder();
        CheckReads();
        CheckProcessing();
        foreach (var hanging in observation.Hanging)
            Report("hanging", hanging);
        return _violations;
    }

    /// <summary>Nothing is doubled, and nothing is there that was not written to that list.</summary>
    private void CheckLists()
    {
        foreach (var (list, records) in observation.Lists)
        {
            foreach (var repeated in records.GroupBy(record => record.Value).Where(group => group.Count() > 1))
                Report("doubled", $"{repeated.Key} is {repeated.Count()} times in {list}, {Writer(repeated.Key)}");
            foreach (var record in records)
            {
                if (!_writers.TryGetValue(record.Value, out var writer) || writer.Attempt.Appends[writer.Index].List != list)
                    Report("foreign", $"{record.Value} in {list} at offset {record.Offset} was not written there");
            }
        }
    }

    /// <summary>Committed transactions are there, aborted ones are not, and of the others everything or nothing.</summary>
    private void CheckOutcomes()
    {
        var visible = observation.Lists.Values.SelectMany(records => records).Select(record => record.Value).ToHashSet();
        foreach (var attempt in history.Attempts)
        {
            var seen = attempt.Appends.Count(append => visible.Contains(append.Value));
            if (attempt.Outcome == Outcome.Aborted && seen > 0)
                Report("aborted yet visible", $"{seen} of {attempt.Appends.Count} values of {attempt}");
            else if (attempt.Outcome == Outcome.Committed && seen < attempt.Appends.Count)
                Report("lost", $"{attempt.Appends.Count - seen} of {attempt.Appends.Count} values of {attempt}");
            else if (attempt.Outcome == Outcome.Unknown && seen > 0 && seen < attempt.Appends.Count)
                Report("half visible", $"{seen} of {attempt.Appends.Count} values of {attempt}");
        }
    }

    /// <summary>
    /// In each list the values of a transactional id are in the order in which they were appended: a later producer or epoch has fenced the
    /// earlier one, and a producer's own requests are one after another.
    /// </summary>
    private void CheckOrder()
    {
        foreach (var (list, records) in observation.Lists)
        {
            var last = new Dictionary<string, (long, short, int, int)>();
            foreach (var record in records)
            {
                if (!_writers.TryGetValue(record.Value, out var writer))
                    continue;
                var (attempt, index) = writer;
                var place = (attempt.ProducerId, attempt.ProducerEpoch, attempt.Number, index);
                if (last.TryGetValue(attempt.TransactionalId, out var before) && place.CompareTo(before) < 0)
                    Report("out of order", $"{record.Value} in {list} at offset {record.Offset}, {Writer(record.Value)}");
                last[attempt.TransactionalId] = place;
            }
        }
    }

    /// <summary>What was seen during the run is a beginning of what is there in the end: nothing vanishes or comes in between.</summary>
    private void CheckReads()
    {
        foreach (var (list, values) in history.Reads)
        {
            var final = observation.Lists[list].Select(record => record.Value);
            if (!final.Take(values.Count).SequenceEqual(values))
                Report("not repeatable", $"{list} was read as [{string.Join(' ', values)}] and is [{string.Join(' ', final)}]");
        }
    }

    /// <summary>Each input below the committed offset has one result; the others have none.</summary>
    private void CheckProcessing()
    {
        foreach (var (input, (output, committed)) in observation.Processing)
        {
            var results = observation.Lists[output].Where(record => record.Source is not null)
                .GroupBy(record => record.Source!.Value).ToDictionary(group => group.Key, group => group.Count());
            foreach (var record in observation.Lists[input])
            {
                var count = results.GetValueOrDefault(record.Value);
                var expected = record.Offset < committed ? 1 : 0;
                if (count < expected)
                    Report("not processed", $"{record.Value} of {input} at offset {record.Offset}; the group is at {committed}");
                else if (count > expected)
                {
                    Report(
                        "processed without its offset or twice",
                        $"{record.Value} of {input} at offset {record.Offset}, {count} results; the group is at {committed}");
                }
            }
        }
    }

    private string Writer(int value) => _writers.TryGetValue(value, out var writer) ? writer.Attempt.ToString() : "of nobody";

    private void Report(string anomaly, string details) => _violations.Add($"{anomaly}: {details}");
}
