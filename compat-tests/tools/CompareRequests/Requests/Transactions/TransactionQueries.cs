using System.Text.Json;

namespace CompareRequests.Requests.Transactions;

/// <summary>
/// ListTransactions with each filter, in each state and with each pattern: which of the ids of the case are listed. And what does not
/// depend on a state.
/// </summary>
internal static class TransactionQueries
{
    // The id is that of a case, such as case17x.
    private static readonly string?[] s_patterns =
    [
        null, "", ".*", "case.*", "case[0-9]+x", "CASE.*", "(?i)CASE.*", "[", "*", "(", "ase", "case", "x$", "^case.*", @"\bcase\d+x\b",
        "case(1|2).*", @"(c).*\1", @"(c)ase\d+x|\1", "(?=case).*", @"case\d+x", @"\p{L}+\d+\p{L}", @"\p{Alpha}+\d+x", "[[:alpha:]]+.*",
        "case.{1,1001}", "(?<n>case).*", @"(?<n>c).*\k<n>?", "(?P<n>case).*", @"\Qcase\E.*", @"\x63ase.*", @"\u0063ase.*", "c?+ase.*",
        "c*+case.*", "a{,2}", @".*\z", @"\Acase.*\z", "(?s)c.*", ".*|", "||", "[a-z&&[^b]]+.*", @"\h",
        @"\R", "(?>case).*", "(?<!a)case.*", "(?<=c)ase",
        "case.*(?#c)", @"case\w+", @"[\w&&\D]+\d+x", "(?x) c a s e .*",
        "case++.*", "((((.*))))", "(?:case).*", @"case\d{1,}x", "case.*x{1}",
        "(.*)*", "(.+)+x", "[^x]*x", @"\G.*", new('a', 3000),
    ];

    private static readonly string[] s_stateFilters =
    [
        "[]", """["Empty"]""", """["Ongoing"]""", """["PrepareCommit"]""", """["PrepareAbort"]""", """["CompleteCommit"]""",
        """["CompleteAbort"]""", """["PrepareEpochFence"]""", """["Dead"]""", """["Empty","Ongoing","CompleteCommit","CompleteAbort"]""",
        """["ongoing"]""", """["x","","Ongoing"]""", """["Ongoing","Ongoing","y","y"]""",
    ];

    public static readonly ApiPlan[] List =
    [
        new("ListTransactions", [.. s_patterns.Select(pattern => ($"pattern {Text(pattern)}", Listing("[]", pattern: pattern)))])
        {
            Before = [TransactionSteps.FindCoordinator, TransactionSteps.Initialize],
            IsIndependent = true,
            IsMutated = false,
        },
        new("ListTransactions", ("changed", Listing("[]")))
        {
            Before = [TransactionSteps.FindCoordinator, TransactionSteps.Initialize],
            IsIndependent = true,
            // The ids of other cases too, and any that began a millisecond ago.
            Excluded = new(@"ProducerIdFilters = \[\]|DurationFilter = \d{1,3}$"),
        },
        new("InitProducerId",
            [
                .. from timeout in (int[])[int.MinValue, -1, 0, 1, 900_000, 900_001, int.MaxValue]
                   select ($"timeout {timeout}",
                       $$"""{"TransactionalId":"@fresh","TransactionTimeoutMs":{{timeout}},"ProducerId":-1,"ProducerEpoch":-1}"""),
                ("no id, a timeout of 0", """{"TransactionalId":null,"TransactionTimeoutMs":0,"ProducerId":-1,"ProducerEpoch":-1}"""),
                ("no id, but a producer", """{"TransactionalId":null,"TransactionTimeoutMs":1,"ProducerId":5,"ProducerEpoch":3}"""),
                ("empty id", """{"TransactionalId":"","TransactionTimeoutMs":1,"ProducerId":-1,"ProducerEpoch":-1}"""),
            ])
        {
            Before = [TransactionSteps.FindCoordinator],
            After = [TransactionSteps.Describe],
            IsIndependent = true,
            IsMutated = false,
        },
        new("DescribeTransactions", ("several", """{"TransactionalIds":["@fresh","none","","@fresh"]}"""))
        {
            Before = [TransactionSteps.FindCoordinator, TransactionSteps.Initialize],
            IsIndependent = true,
            IsMutated = false,
        },
    ];

    /// <summary>ListTransactions in each of the states.</summary>
    public static IEnumerable<ApiPlan> In(TransactionState[] states) =>
        from state in states
        select new ApiPlan(
            "ListTransactions",
            [
                .. from states in s_stateFilters
                   select ($"{state.Name}: {states}", Listing(states)),
                .. from producers in (string[])["[\"@producerId+1\"]", "[\"@producerId\",\"@producerId\"]", "[\"@producerId\",-1]"]
                   select ($"{state.Name}: of producers {producers}", Listing("[]", producers)),
                .. from duration in (long[])[1_000_000_000_000, long.MaxValue]
                   select ($"{state.Name}: for {duration} ms", Listing("[]", duration: duration)),
            ])
        {
            Before = state.Before,
            After = state.IsUnwritable ? [TransactionSteps.MakeTopicWritable] : [],
            IsIndependent = true,
            LeastTransactionVersion = state.LeastLevel,
            Suffix = state.Suffix,
            IsMutated = false,
        };

    private static string Listing(string states, string producers = "[\"@producerId\"]", long duration = -1, string? pattern = null) =>
        $$"""
        {"StateFilters":{{states}},"ProducerIdFilters":{{producers}},"DurationFilter":{{duration}},
         "TransactionalIdPattern":{{Text(pattern)}}}
        """;

    private static string Text(string? text) => text is null ? "null" : $"\"{JsonEncodedText.Encode(text)}\"";
}
