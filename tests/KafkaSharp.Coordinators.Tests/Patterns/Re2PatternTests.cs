using System.Text.Json;
using KafkaSharp.Coordinators.Patterns;

namespace KafkaSharp.Coordinators.Tests.Patterns;

internal sealed class Re2PatternTests
{
    /// <summary>Which patterns RE2/J accepts, and which topics they match.</summary>
    [Test]
    public void Patterns_are_accepted_and_match_as_by_Kafka()
    {
        var lines = TestInfrastructure.Vectors.Lines("coordinator-math.jsonl.gz")
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var topics = Texts(lines.Single(line => Kind(line) == "re2jTopics"), "topics");
        var patterns = lines.Where(line => Kind(line) == "re2j").ToList();
        Assert.That(patterns, Has.Count.GreaterThan(50));
        Assert.Multiple(() =>
        {
            foreach (var line in patterns)
            {
                var pattern = line.GetProperty("regex").GetString()!;
                var regex = Re2Pattern.Compile(pattern);
                Assert.That(regex is not null, Is.EqualTo(line.GetProperty("ok").GetBoolean()), pattern);
                if (regex is not null)
                    Assert.That(topics.Where(topic => regex.IsMatch(topic)), Is.EqualTo(Texts(line, "matches")), pattern);
            }
        });
    }

    // What a genuine 4.3.1 broker made of these patterns in ListTransactions; null where it refused them.
    [TestCase("id-.*", "id-1,id-11")]
    [TestCase("(?i)ID-1", "id-1")]
    [TestCase(@"\bid-1\b", "id-1")]
    [TestCase("^id-1$", "id-1")]
    [TestCase("[[:alpha:]]+-1", "id-1")]
    [TestCase("id-1{1,1001}", null)]
    [TestCase("(?<n>id)-1", "id-1")]
    [TestCase("(?P<n>id)-1", "id-1")]
    [TestCase("(?P<n>id)-(?P<n>1)", null)]
    [TestCase(@"\Qid-1\E", "id-1")]
    [TestCase(@"id-\x31", "id-1")]
    [TestCase("i\\d-1?+", null)]
    [TestCase("a{,2}", "")]
    [TestCase("id-1|", "id-1")]
    [TestCase(@"\h", null)]
    [TestCase(@"\R", null)]
    [TestCase("(?>id)-1", null)]
    [TestCase("(?<!a)id-1", null)]
    [TestCase("(?=id).*", null)]
    [TestCase("id-1(?#c)", null)]
    [TestCase(@"(a)\1", null)]
    [TestCase("id-1)|(x", null)]
    [TestCase("[^i]d-1", "")]
    [TestCase("[i-a]d", null)]
    [TestCase(@"[\w-]+", "id-1,id-11")]
    public void Differences_between_both_syntaxes_are_translated_or_refused(string pattern, string? expected)
    {
        var regex = Re2Pattern.Compile(pattern);
        var matches = regex is null ? null : string.Join(',', new[] { "id-1", "id-11" }.Where(id => regex.IsMatch(id)));
        Assert.That(matches, Is.EqualTo(expected));
    }

    // What RE2/J 1.8 says of these patterns: Kafka passes it on to consumers.
    [TestCase("[", "missing closing ]")]
    [TestCase("[a-", "missing closing ]")]
    [TestCase("[]", "missing closing ]")]
    [TestCase("[[:alpha:", "missing closing ]")]
    [TestCase("(a", "missing closing )")]
    [TestCase("a)", "regexp/syntax: internal error")]
    [TestCase("*", "missing argument to repetition operator")]
    [TestCase("a|*", "missing argument to repetition operator")]
    [TestCase("(?i)*", "missing argument to repetition operator")]
    [TestCase("a**", "invalid nested repetition operator")]
    [TestCase("a*??", "invalid nested repetition operator")]
    [TestCase("a{2}{3}", "invalid nested repetition operator")]
    [TestCase("*{1001}", "missing argument to repetition operator")]
    [TestCase("a*{1001}", "invalid repeat count")]
    [TestCase("a{*", "invalid nested repetition operator")]
    [TestCase("a{2,1}", "invalid repeat count")]
    [TestCase("x{1,99999999999}", "invalid repeat count")]
    [TestCase(@"a\", "trailing backslash at end of expression")]
    [TestCase(@"[\", "trailing backslash at end of expression")]
    [TestCase("[z-a]", "invalid character class range")]
    [TestCase("[[:foo:]]", "invalid character class range")]
    [TestCase(@"\p{Foo}", "invalid character class range")]
    [TestCase(@"\p{Lu", "invalid character class range")]
    [TestCase(@"\p", "invalid character class range")]
    [TestCase(@"[a-\d]", "invalid escape sequence")]
    [TestCase(@"\q", "invalid escape sequence")]
    [TestCase(@"\x{110000}", "invalid escape sequence")]
    [TestCase(@"\1", "invalid escape sequence")]
    [TestCase("(?P<n", "invalid named capture")]
    [TestCase("(?P<a-b>x)", "invalid named capture")]
    [TestCase("(?P<n>a)(?<n>b)", "duplicate capture group name")]
    [TestCase("(?=a)", "invalid or unsupported Perl syntax")]
    [TestCase("(?i-)", "invalid or unsupported Perl syntax")]
    [TestCase("(?", "invalid or unsupported Perl syntax")]
    [TestCase("(?)", null)]
    [TestCase("[a-b-c]", null)]
    [TestCase(@"\x{d800}", null)]
    [TestCase(@"\é", null)]
    [TestCase("(?:(?m)a)$", null)]
    public void The_fault_of_a_pattern_has_the_words_of_Kafka(string pattern, string? expected) =>
        Assert.That(Re2Pattern.FaultOf(pattern), Is.EqualTo(expected));

    /// <summary>RE2/J would take all the memory of the broker for the first of them.</summary>
    [Test]
    public void A_pattern_whose_automaton_would_be_too_large_is_refused()
    {
        Assert.That(Re2Pattern.FaultOf("((a{1000}){1000}){1000}"), Is.EqualTo(Re2Faults.TooLarge));
        Assert.That(Re2Pattern.FaultOf(new string('a', 100_000)), Is.EqualTo(Re2Faults.TooLarge));
        Assert.That(Re2Pattern.FaultOf(string.Join('|', Enumerable.Range(0, 100_000))), Is.EqualTo(Re2Faults.TooLarge));
    }

    private static string Kind(JsonElement line) => line.GetProperty("kind").GetString()!;

    private static string[] Texts(JsonElement line, string name) =>
        [.. line.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];
}
