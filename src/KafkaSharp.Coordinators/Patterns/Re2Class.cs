using System.Text;

namespace KafkaSharp.Coordinators.Patterns;

/// <summary>Translates one class of characters, such as <c>[^a-z[:digit:]]</c>.</summary>
internal sealed class Re2Class(string pattern, StringBuilder result)
{
    private static readonly Dictionary<string, (string In, string Out)> s_posix = new(StringComparer.Ordinal)
    {
        ["alnum"] = ("0-9A-Za-z", @"\0-/:-@\[-`{-\u017e\u0180-\u2129\u212b-\uffff"),
        ["alpha"] = ("A-Za-z", @"\0-@\[-`{-\u017e\u0180-\u2129\u212b-\uffff"),
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
        ["word"] = ("0-9A-Za-z_", @"\0-/:-@\[-\^`{-\u017e\u0180-\u2129\u212b-\uffff"),
        ["xdigit"] = ("0-9A-Fa-f", @"\0-/:-@G-`g-\uffff"),
    };

    /// <summary>Translates from behind the opening bracket to the closing one; why the class is invalid, or null.</summary>
    public string? Translate(ref int position)
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
                return null;
            }
            if (Item(ref position) is { } fault)
                return fault;
        }
        return Re2Faults.MissingBracket;
    }

    private string? Item(ref int position)
    {
        if (Posix(ref position, out var fault) || fault is not null)
            return fault;
        var low = Character(ref position);
        result.Append(low.Text);
        if (low.Fault is not null || low.IsSet
            || position + 1 >= pattern.Length || pattern[position] != '-' || pattern[position + 1] == ']')
            return low.Fault;
        position++;
        var high = Character(ref position);
        result.Append('-').Append(high.Text);
        return high.Fault
            ?? (high.IsSet ? Re2Faults.InvalidEscape
                : high.Code < low.Code ? Re2Faults.InvalidRange
                : null);
    }

    private bool Posix(ref int position, out string? fault)
    {
        fault = null;
        if (string.CompareOrdinal(pattern, position, "[:", 0, 2) != 0)
            return false;
        var end = pattern.IndexOf(":]", position + 2, StringComparison.Ordinal);
        if (end < 0)
            return false;
        var name = pattern[(position + 2)..end];
        var isNegated = name.StartsWith('^');
        if (!s_posix.TryGetValue(isNegated ? name[1..] : name, out var sets))
        {
            fault = Re2Faults.InvalidRange;
            return false;
        }
        position = end + 2;
        result.Append(isNegated ? sets.Out : sets.In);
        return true;
    }

    private Re2Escapes.Escaped Character(ref int position)
    {
        var c = pattern[position++];
        return c == '\\' ? Re2Escapes.Translate(pattern, ref position) : new Re2Escapes.Escaped(Re2Escapes.Literal(c), c, IsSet: false);
    }
}
