using System.Text.RegularExpressions;

namespace KafkaSharp.Coordinators.Patterns;

/// <summary>
/// Regular expressions of clients in the syntax of RE2/J, which Kafka's brokers use. Matching takes time in proportion to the text,
/// whatever the pattern. Stateless.
/// </summary>
internal static class Re2Pattern
{
    /// <summary>
    /// The longest pattern, in characters. The automaton of a longer one would be too large in any case, and making it takes long.
    /// </summary>
    public const int MaxLength = 10_000;

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>Makes the test of whether a whole text matches; null when the pattern is invalid.</summary>
    public static Predicate<string>? Compile(string pattern) => Compile(pattern, out _);

    /// <summary>Why a pattern is invalid; null when it is valid. It may take milliseconds.</summary>
    public static string? FaultOf(string pattern)
    {
        Compile(pattern, out var fault);
        return fault;
    }

    private static Predicate<string>? Compile(string pattern, out string? fault)
    {
        fault = Re2Faults.TooLarge;
        if (pattern.Length > MaxLength || new Re2Translator(pattern).Translate(out fault) is not { } translated)
            return null;
        try
        {
            Regex[] parts = [.. translated.Select(part => new Regex($@"\A(?:{part})\z", Options))];
            return text => Array.Exists(parts, part => part.IsMatch(text));
        }
        catch (NotSupportedException)
        {
            fault = Re2Faults.TooLarge;
        }
        catch (ArgumentException)
        {
            // What the translation leaves to .NET: a category of characters that does not exist.
            fault = Re2Faults.InvalidRange;
        }
        return null;
    }
}
