using System.Globalization;

namespace KafkaSharp.Coordinators.Patterns;

/// <summary>Translates what follows a backslash, in a class of characters or outside.</summary>
internal static class Re2Escapes
{
    /// <summary>A translated escape.</summary>
    /// <param name="Text">The characters, for a place within a class.</param>
    /// <param name="Code">The code of a single character.</param>
    /// <param name="IsSet">Whether it stands for a set of characters.</param>
    /// <param name="Fault">Why it is no escape; null for one.</param>
    internal sealed record Escaped(string Text, int Code, bool IsSet, string? Fault = null);

    /// <summary>A character that means nothing but itself, within a class or outside.</summary>
    public static string Literal(char c) => char.IsAsciiLetterOrDigit(c) || c == '_' || c > 127 ? c.ToString() : $@"\x{(int)c:x2}";

    /// <summary>The escape at a position, behind its backslash.</summary>
    public static Escaped Translate(string pattern, ref int position)
    {
        if (position >= pattern.Length)
            return Invalid(Re2Faults.TrailingBackslash);
        var c = pattern[position++];
        return c switch
        {
            'd' => Set("0-9"),
            'D' => Set(@"\0-/:-\uffff"),
            's' => Set(@"\t\n\f\r\x20"),
            'S' => Set(@"\0-\b\v\x0e-\x1f!-\uffff"),
            'w' => Set("0-9A-Za-z_"),
            // Without the two that .NET takes for k and s where case does not matter.
            'W' => Set(@"\0-/:-@\[-\^`{-\u017e\u0180-\u2129\u212b-\uffff"),
            'p' or 'P' => Category(pattern, ref position, c == 'P'),
            'x' => Hexadecimal(pattern, ref position),
            '0' => Octal(pattern, ref position, 0),
            >= '1' and <= '7' when position < pattern.Length && pattern[position] is >= '0' and <= '7' =>
                Octal(pattern, ref position, c - '0'),
            'a' => Single('\a'),
            'f' => Single('\f'),
            'n' => Single('\n'),
            'r' => Single('\r'),
            't' => Single('\t'),
            'v' => Single('\v'),
            _ when !char.IsAsciiLetterOrDigit(c) => Single(c),
            _ => Invalid(Re2Faults.InvalidEscape),
        };
    }

    private static Escaped Invalid(string fault) => new("", 0, IsSet: false, fault);

    private static Escaped Set(string text) => new(text, 0, IsSet: true);

    private static Escaped Single(int code) =>
        code > char.MaxValue ? new(char.ConvertFromUtf32(code), code, IsSet: false)
        : code < 128 ? new(Literal((char)code), code, IsSet: false)
        : new($@"\u{code:x4}", code, IsSet: false);

    private static Escaped Octal(string pattern, ref int position, int code)
    {
        for (var digits = 1; digits < 3 && position < pattern.Length && pattern[position] is >= '0' and <= '7'; digits++)
            code = (code * 8) + pattern[position++] - '0';
        return Single(code);
    }

    private static Escaped Hexadecimal(string pattern, ref int position)
    {
        ReadOnlySpan<char> digits;
        if (position < pattern.Length && pattern[position] == '{')
        {
            var end = pattern.IndexOf('}', position);
            if (end < 0)
                return Invalid(Re2Faults.InvalidEscape);
            digits = pattern.AsSpan(position + 1, end - position - 1);
            position = end + 1;
        }
        else
        {
            if (position + 2 > pattern.Length)
                return Invalid(Re2Faults.InvalidEscape);
            digits = pattern.AsSpan(position, 2);
            position += 2;
        }
        return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            && code is >= 0 and <= 0x10ffff
                ? Single(code)
                : Invalid(Re2Faults.InvalidEscape);
    }

    /// <summary>A category such as <c>\pN</c> or <c>\p{Lu}</c>, or a script.</summary>
    private static Escaped Category(string pattern, ref int position, bool isNegated)
    {
        if (position >= pattern.Length)
            return Invalid(Re2Faults.InvalidRange);
        string name;
        if (pattern[position] == '{')
        {
            var end = pattern.IndexOf('}', position);
            if (end < 0)
                return Invalid(Re2Faults.InvalidRange);
            name = pattern[(position + 1)..end];
            position = end + 1;
        }
        else
        {
            name = pattern[position++].ToString();
        }
        if (name.StartsWith('^'))
            (name, isNegated) = (name[1..], !isNegated);
        return Re2Categories.Find(name, isNegated) is { } found ? Set(found) : Invalid(Re2Faults.InvalidRange);
    }
}
