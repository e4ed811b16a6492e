using System.Text.Json;
using KafkaSharp.Coordinators.Patterns;

namespace KafkaSharp.Coordinators.Tests.Patterns;

internal sealed class Re2PatternTests
{
    /// <summary>The automaton of .NET has a largest size, which the names of two hundred topics exceed.</summary>
    [Test]
    public void As_many_topics_as_fit_into_a_pattern_may_be_named([Values("", "(?i)")] string flags)
    {
        var random = new Random(1);
        string[] names =
        [
            .. Enumerable.Range(0, 400).Select(_ => string.Concat(Enumerable.Range(0, 23).Select(_ => (char)('a' + random.Next(26))))),
        ];
        var matches = Re2Pattern.Compile(flags + string.Join('|', names));
        Assert.That(names.All(name => matches!(name)), "each is one of the names");
        Assert.That(names.All(name => matches!(name.ToUpperInvariant()) == (flags.Length > 0)), "the flag applies to each");
        Assert.That(matches!(names[0] + "|" + names[1]), Is.False);
    }

    [Test]
    public void A_repetition_behind_a_long_alternative_repeats_what_is_before_it()
    {
        var matches = Re2Pattern.Compile($"abc(?i)|{new string('n', 1500)}|xyz*")!;
        Assert.That(new[] { "abc", "xy", "XYZZ", new string('N', 1500) }, Has.All.Matches<string>(name => matches(name!)));
        Assert.That(new[] { "ABC", "", "x", "xyzxyz" }, Has.None.Matches<string>(name => matches(name!)));
    }

    // What RE2/J 1.8 makes of these patterns.
    [TestCase("a*(?i)*", ",a,aa")]
    [TestCase("a*(?U)*", ",a,aa")]
    [TestCase("a+(?i)?", ",a,aa")]
    [TestCase("a*(?i)(?s)+", ",a,aa")]
    [TestCase("ab*(?i){2}", "a,ab,abb")]
    [TestCase("(a)*(?i)+b", "ab,aab")]
    [TestCase(@"\Qab\E*(?i)*", "a,ab,abb")]
    [TestCase("{(?i)*", ",{,{{")]
    [TestCase("a*(?i)**", null)]
    [TestCase("a|(?i)*", null)]
    [TestCase(@"a\p{Latin}*", "a,aa,ab,abb,abab,aab,aA,abB")]
    [TestCase(@"\P{Latin}+", "{,{{")]
    [TestCase(@"\p{Common}+", "{,{{")]
    [TestCase(@"\P{Common}{2}", "aa,ab,aA")]
    [TestCase(@"\p{Any}{2}", "aa,ab,{{,aA")]
    [TestCase(@"\p{Han}*", "")]
    [TestCase(@"\P{Canadian_Aboriginal}", "a,A,{")]
    [TestCase(@"\p{IsGreek}", null)]
    [TestCase(@"\p{Cn}", null)]
    public void Flags_behind_a_repetition_and_scripts_are_those_of_the_genuine_library(string pattern, string? matching)
    {
        string[] texts = ["", "a", "aa", "A", "ab", "abb", "abab", "aab", "{", "{{", "aA", "abB"];
        var matches = Re2Pattern.Compile(pattern);
        Assert.That(matches is null ? null : string.Join(',', texts.Where(text => matches(text))), Is.EqualTo(matching));
    }

    [TestCase(@"(?i)\W", "k")]
    [TestCase("(?i)[[:^alpha:]]", "s")]
    public void A_set_without_letters_has_none_where_case_does_not_matter(string pattern, string letter) =>
        Assert.That(Re2Pattern.Compile(pattern)!(letter), Is.False);

    [Test]
    public void The_first_fault_of_a_pattern_is_reported() =>
        Assert.That(Re2Pattern.FaultOf(@"\p{Zzz}(a"), Is.EqualTo("invalid character class range"));

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
                var matches = Re2Pattern.Compile(pattern);
                Assert.That(matches is not null, Is.EqualTo(line.GetProperty("ok").GetBoolean()), pattern);
                if (matches is not null)
                    Assert.That(topics.Where(topic => matches(topic)), Is.EqualTo(Texts(line, "matches")), pattern);
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
    [TestCase("id-1(?i)*", "id-1,id-11")]
    [TestCase("i(?s)(?i)?D-1", "id-1")]
    [TestCase("(id-)(?i){1}1+?", "id-1,id-11")]
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
        var matches = Re2Pattern.Compile(pattern);
        var matched = matches is null ? null : string.Join(',', new[] { "id-1", "id-11" }.Where(id => matches(id)));
        Assert.That(matched, Is.EqualTo(expected));
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
