using System.Text;

namespace KafkaSharp.Coordinators.Patterns;

/// <summary>Translates one class of characters, such as <c>[^a-z[:digit:]]</c>.</summary>
internal sealed class Re2Class(string pattern, StringBuilder result)
{
    private static readonly Dictionary<string, (string In, string Out)> s_posix = new(StringComparer.Ordinal)
    {
        ["alnum"] = ("0-9A-Za-z", @"\0-/:-@\[-`{-\uffff"),
        ["alpha"] = ("A-Za-z", @"\0-@\[-`{-\uffff"),
        ["ascii"] = (@"\0-\x7f", @"\x80-\uffff"),
        ["blank"] = (@"\t\x20", @"\0-\b\n-\x1f!-\uffff"),
        ["cntrl"] = (@"\0-\x1f\x7f", @"\x20-~\x80-\uffff"),
        ["digit"] = ("0-9", @"\0-/:-\uffff"),
        ["graph"] = ("!-~", @"\0-\x20\x7f-\uffff"),
        ["lower"] = ("a-z", @"\0-`{-\uffff"),
        ["print"] = (@"\x20-~", @"\0-\x1f\x7f-\uffff"),
        ["punct"] = (@"!-/:-@\[-`{-~", @"\0-\x200-9A-Za-z\x7f-\uffff"),
        ["space"] = (@"\t-\r\x20", @"\0-\b\x0e-\x1f!-\uffff"),
        ["upper"] = ("A-Z", @"\0-@\[-\uffff"),
        ["word"] = ("0-9A-Za-z_", @"\0-/:-@\[-\^`{-\uffff"),
        ["xdigit"] = ("0-9A-Fa-f", @"\0-/:-@G-`g-\uffff"),
    };

    /// <summary>Translates from behind the opening bracket to the closing one; false when the class is invalid.</summary>
    public bool Translate(ref int position)
    {
        result.Append('[');
        if (position < pattern.Length && pattern[position] == '^')
        {
            position++;
            result.Append('^');
        }
        for (var isFirst = true; position < pattern.Length; isFirst = false)
        {
            if (pattern[position] == ']' && !isFirst)
            {
                position++;
                result.Append(']');
                return true;
            }
            // A hyphen is itself only at the ends.
            if (pattern[position] == '-' && !isFirst && !(position + 1 < pattern.Length && pattern[position + 1] == ']'))
                return false;
            if (!Item(ref position))
                return false;
        }
        return false;
    }

    private bool Item(ref int position)
    {
        if (Posix(ref position) is { } posix)
        {
            result.Append(posix);
            return true;
        }
        if (Character(ref position) is not { } low)
            return false;
        result.Append(low.Text);
        if (low.IsSet || position + 1 >= pattern.Length || pattern[position] != '-' || pattern[position + 1] == ']')
            return true;
        position++;
        if (Character(ref position) is not { IsSet: false } high || high.Code < low.Code)
            return false;
        result.Append('-').Append(high.Text);
        return true;
    }

    private string? Posix(ref int position)
    {
        if (string.CompareOrdinal(pattern, position, "[:", 0, 2) != 0)
            return null;
        var end = pattern.IndexOf(":]", position + 2, StringComparison.Ordinal);
        if (end < 0)
            return null;
        var name = pattern[(position + 2)..end];
        var isNegated = name.StartsWith('^');
        if (!s_posix.TryGetValue(isNegated ? name[1..] : name, out var sets))
            return null;
        position = end + 2;
        return isNegated ? sets.Out : sets.In;
    }

    private Re2Escapes.Escaped? Character(ref int position)
    {
        var c = pattern[position++];
        return c == '\\' ? Re2Escapes.Translate(pattern, ref position) : new Re2Escapes.Escaped(Re2Escapes.Literal(c), c, IsSet: false);
    }
}
