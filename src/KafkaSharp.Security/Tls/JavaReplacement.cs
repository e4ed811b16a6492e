using System.Text;
using System.Text.RegularExpressions;

namespace KafkaSharp.Security.Tls;

/// <summary>
/// What a match is replaced with, in the syntax of Java: a backslash makes the next character literal, <c>$1</c> is a group with as many
/// digits as there are groups for, <c>${name}</c> one with a name. A number without a group stays as it is if the pattern has other groups,
/// as in Kafka. Immutable.
/// </summary>
internal sealed class JavaReplacement
{
    private readonly List<Func<Match, string>> _parts = [];

    /// <exception cref="FormatException">It has a dollar sign that begins no group.</exception>
    public JavaReplacement(string text, Regex pattern)
    {
        var groups = pattern.GetGroupNumbers().Length;
        for (var i = 0; i < text.Length;)
        {
            var rest = text[i..];
            var (part, length) = rest[0] switch
            {
                '\\' when rest.Length > 1 => (Literal(rest[1..2]), 2),
                '$' => Group(rest, groups) ?? NamedGroup(rest, pattern)
                    ?? throw new FormatException($"The replacement {text} has a dollar sign at {i} that begins no group"),
                _ => (Literal(rest[..1]), 1),
            };
            _parts.Add(part);
            i += length;
        }
    }

    public string Of(Match match)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
            text.Append(part(match));
        return text.ToString();
    }

    private static Func<Match, string> Literal(string text) => _ => text;

    private static (Func<Match, string> Part, int Length)? Group(string text, int groups)
    {
        var (number, length) = (0, 1);
        while (length < text.Length && char.IsAsciiDigit(text[length]) && number * 10 + (text[length] - '0') < groups)
            number = number * 10 + (text[length++] - '0');
        if (length > 1)
            return (match => match.Groups[number].Value, length);
        return length < text.Length && char.IsAsciiDigit(text[length]) && groups > 1 ? (Literal("$"), 1) : null;
    }

    private static (Func<Match, string> Part, int Length)? NamedGroup(string text, Regex pattern)
    {
        var end = text.IndexOf('}', StringComparison.Ordinal);
        if (!text.StartsWith("${", StringComparison.Ordinal) || end < 0)
            return null;
        var name = text[2..end];
        return pattern.GetGroupNames().Contains(name) ? (match => match.Groups[name].Value, end + 1) : null;
    }
}
