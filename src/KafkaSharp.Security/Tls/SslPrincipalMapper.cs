using System.Text.RegularExpressions;

namespace KafkaSharp.Security.Tls;

/// <summary>
/// Makes the name of a principal from the distinguished name of a certificate, by the first rule of <c>ssl.principal.mapping.rules</c> that
/// matches (Kafka's <c>SslPrincipalMapper</c>): <c>DEFAULT</c>, the name as it is, or <c>RULE:PATTERN/REPLACEMENT/[L|U]</c>, where the
/// pattern matches the whole name and L and U change its case. Immutable.
/// </summary>
public sealed partial class SslPrincipalMapper
{
    private readonly IReadOnlyList<Rule> _rules;

    private SslPrincipalMapper(IReadOnlyList<Rule> rules) => _rules = rules;

    /// <summary>The rules of a configuration value; null is <c>DEFAULT</c>.</summary>
    /// <exception cref="FormatException">It contains something else, or a pattern that is no regular expression.</exception>
    public static SslPrincipalMapper Parse(string? rules) => new(
    [
        .. Splitter().Matches((rules ?? "DEFAULT").Trim()).Select(match => match.Groups[1].Value).Where(rule => rule.Length > 0)
            .Select(ParseRule),
    ]);

    /// <summary>The name of the principal; null when no rule matches, which refuses the client.</summary>
    public string? Apply(string distinguishedName)
    {
        foreach (var rule in _rules)
        {
            if (rule.Apply(distinguishedName) is { } name)
                return name;
        }
        return null;
    }

    private static Rule ParseRule(string text)
    {
        var match = Parser().Match(text);
        if (!match.Success)
            throw new FormatException($"Invalid rule: {text}");
        if (match.Groups["default"].Success)
            return new Rule(null, null, "");
        try
        {
            var pattern = new Regex(match.Groups["pattern"].Value, RegexOptions.CultureInvariant);
            return new Rule(pattern, new JavaReplacement(match.Groups["replacement"].Value, pattern), match.Groups["case"].Value);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new FormatException($"Invalid rule: {text}: {e.Message}", e);
        }
    }

    // A comma in a pattern must be in the middle of a rule: what follows the last slash ends it.
    [GeneratedRegex(@"\s*(DEFAULT|RULE:(?:\\.|[^\\/])*/(?:\\.|[^\\/])*/[LU]?.*?|.*?)\s*(?:,\s*|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Splitter();

    [GeneratedRegex(
        @"^(?:(?<default>DEFAULT)|RULE:(?<pattern>(?:\\.|[^\\/])*)/(?<replacement>(?:\\.|[^\\/])*)/(?<case>[LU]?))$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Parser();

    private sealed record Rule(Regex? Pattern, JavaReplacement? Replacement, string Case)
    {
        public string? Apply(string name)
        {
            if (Pattern is null)
                return name;
            if (!IsWhole(Pattern.Match(name), name))
                return null;
            var replaced = Pattern.Replace(name, Replacement!.Of);
            return Case switch
            {
                "L" => replaced.ToLowerInvariant(),
                "U" => replaced.ToUpperInvariant(),
                _ => replaced,
            };
        }

        private static bool IsWhole(Match match, string name) => match.Success && match.Index == 0 && match.Length == name.Length;
    }
}
