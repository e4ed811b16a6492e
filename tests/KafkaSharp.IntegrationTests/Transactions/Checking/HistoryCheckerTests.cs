using KafkaSharp.Protocol;

namespace KafkaSharp.IntegrationTests.Transactions.Checking;

/// <summary>The checker finds each anomaly in a history that has it, and nothing in one that has none.</summary>
internal sealed class HistoryCheckerTests
{
    private static readonly TopicPartition A = new("a", 0);
    private static readonly TopicPartition B = new("b", 0);

    private History _history = null!;
    private Observation _observation = null!;

    [SetUp]
    public void Begin()
    {
        _history = new History();
        _observation = new Observation { Lists = { [A] = [], [B] = [] } };
    }

    [TestCase(Outcome.Committed, "1 2", "3", ExpectedResult = "")]
    [TestCase(Outcome.Committed, "1 2", "", ExpectedResult = "lost")]
    [TestCase(Outcome.Committed, "", "", ExpectedResult = "lost")]
    [TestCase(Outcome.Aborted, "", "", ExpectedResult = "")]
    [TestCase(Outcome.Aborted, "", "3", ExpectedResult = "aborted yet visible")]
    [TestCase(Outcome.Unknown, "1 2", "3", ExpectedResult = "")]
    [TestCase(Outcome.Unknown, "", "", ExpectedResult = "")]
    [TestCase(Outcome.Unknown, "1 2", "", ExpectedResult = "half visible")]
    [TestCase(Outcome.Committed, "1 2 1", "3", ExpectedResult = "doubled out of order")]
    [TestCase(Outcome.Committed, "2 1", "3", ExpectedResult = "out of order")]
    [TestCase(Outcome.Committed, "1 2 9", "3", ExpectedResult = "foreign")]
    [TestCase(Outcome.Committed, "1", "2 3", ExpectedResult = "foreign")]
    public string A_transaction(Outcome outcome, string a, string b)
    {
        Attempt(outcome, (A, 1), (A, 2), (B, 3));
        See(A, a);
        See(B, b);
        return Anomalies();
    }

    [TestCase("1 2", ExpectedResult = "")]
    [TestCase("2 1", ExpectedResult = "out of order")]
    public string Two_transactions_of_one_id(string a)
    {
        Attempt(Outcome.Committed, (A, 1));
        Attempt(Outcome.Committed, (A, 2));
        See(A, a);
        return Anomalies();
    }

    [TestCase("1", ExpectedResult = "")]
    [TestCase("", ExpectedResult = "")]
    [TestCase("2", ExpectedResult = "not repeatable", Description = "a value came before one that was seen")]
    [TestCase("1 2 3", ExpectedResult = "not repeatable", Description = "a value that was seen is gone")]
    public string A_reader(string seen)
    {
        Attempt(Outcome.Committed, (A, 1), (A, 2));
        See(A, "1 2");
        _history.Saw(A, Values(seen));
        return Anomalies();
    }

    [TestCase(2, 1, 2, ExpectedResult = "")]
    [TestCase(1, 1, ExpectedResult = "")]
    [TestCase(2, 1, ExpectedResult = "not processed")]
    [TestCase(1, 1, 2, ExpectedResult = "processed without its offset or twice")]
    [TestCase(2, 1, 2, 2, ExpectedResult = "processed without its offset or twice")]
    public string Processing(int committed, params int[] sources)
    {
        Attempt(Outcome.Committed, (A, 1), (A, 2));
        See(A, "1 2");
        var results = sources.Select((source, i) => new Append(B, 10 + i, source)).ToArray();
        var attempt = _history.Begin("processor", 2, 0);
        attempt.Outcome = Outcome.Committed;
        attempt.Appends.AddRange(results);
        _observation.Lists[B] = [.. results.Select((result, i) => new CommittedRecord(i, result.Value, result.Source))];
        _observation.Processing[A] = (B, committed);
        return Anomalies();
    }

    [Test]
    public void A_transaction_that_does_not_end()
    {
        _observation.Hanging.Add("of producer 7");
        Assert.That(Anomalies(), Is.EqualTo("hanging"));
    }

    private static int[] Values(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    private void Attempt(Outcome outcome, params (TopicPartition List, int Value)[] appends)
    {
        var attempt = _history.Begin("producer", 1, 0);
        attempt.Outcome = outcome;
        attempt.Appends.AddRange(appends.Select(append => new Append(append.List, append.Value, null)));
    }

    private void See(TopicPartition list, string values) =>
        _observation.Lists[list] = [.. Values(values).Select((value, offset) => new CommittedRecord(offset, value, null))];

    private string Anomalies() => string.Join(
        ' ', new HistoryChecker(_history, _observation).Check().Select(violation => violation[..violation.IndexOf(':')]).Distinct());
}
