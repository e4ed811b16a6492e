using System.Text.RegularExpressions;

namespace KafkaSharp.Coordinators.Patterns;

/// <summary>
/// Regular expressions of clients in the syntax of RE2/J, which Kafka's brokers use. Matching takes time in proportion to the text,
/// whatever the pattern. Stateless.
/// </summary>
internal static class Re2Pattern
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>Makes the expression that a whole text must match; null when the pattern is invalid.</summary>
    public static Regex? Compile(string pattern)
    {
        if (new Re2Translator(pattern).Translate() is not { } translated)
            return null;
        try
        {
            return new Regex($@"\A(?:{translated})\z", Options);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
