using System.Globalization;
using System.Text;

namespace KafkaSharp.Coordinators.Patterns;

/// <summary>
/// Writes a pattern in the syntax of RE2/J with the constructs of .NET. What only one of both understands is translated or refused. Groups
/// capture nothing. For one pattern.
/// </summary>
internal sealed class Re2Translator(string pattern)
{
    private const int LargestRepeat = 1000;

    private readonly StringBuilder _result = new(pattern.Length + 16);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _position;
    private int _depth;
    private bool _isMultiline;

    /// <summary>
    /// Whether the last thing may be repeated. A repetition may not, except by the question mark that makes it lazy.
    /// </summary>
    private bool _hasOperand;

    private bool AtEnd => _position >= pattern.Length;

    /// <summary>The pattern in the syntax of .NET; null when RE2/J refuses it.</summary>
    public string? Translate()
    {
        while (!AtEnd)
        {
            if (!Next())
                return null;
        }
        return _depth == 0 ? _result.ToString() : null;
    }

    private bool Next()
    {
        var c = pattern[_position++];
        switch (c)
        {
            case '(':
                return Open();
            case ')':
                _hasOperand = true;
                _result.Append(')');
                return --_depth >= 0;
            case '|':
                _hasOperand = false;
                _result.Append('|');
                return true;
            case '*' or '+' or '?':
                return Repeat(c.ToString());
            case '{':
                return Braces();
            case '[':
                _hasOperand = true;
                return new Re2Class(pattern, _result).Translate(ref _position);
            case '\\':
                return Escape();
            case '$':
                // Without the flag m it is the end of the text, not also the place before a last line feed.
                return Operand(_isMultiline ? "$" : @"\z");
            case '.' or '^':
                return Operand(c.ToString());
            default:
                return Operand(Re2Escapes.Literal(c));
        }
    }

    private bool Operand(string text)
    {
        _hasOperand = true;
        _result.Append(text);
        return true;
    }

    private bool Open()
    {
        _hasOperand = false;
        if (AtEnd || pattern[_position] != '?')
        {
            _depth++;
            _result.Append("(?:");
            return true;
        }
        _position++;
        var isNamed = Skip("P<") || Skip("<");
        return isNamed ? OpenNamed() : Flags();
    }

    private bool OpenNamed()
    {
        var end = pattern.IndexOf('>', _position);
        if (end <= _position)
            return false;
        var name = pattern[_position..end];
        _position = end + 1;
        _depth++;
        _result.Append("(?:");
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && _names.Add(name);
    }

    /// <summary>Flags i, m, s and U, alone or for a group. Greediness does not matter where only whole texts match.</summary>
    private bool Flags()
    {
        var start = _position;
        var (isOff, seen) = (false, false);
        var flags = new StringBuilder();
        while (!AtEnd)
        {
            var c = pattern[_position++];
            switch (c)
            {
                case 'i' or 's' or 'm':
                    if (c == 'm')
                        _isMultiline = !isOff;
                    flags.Append(c);
                    seen = true;
                    break;
                case 'U':
                    seen = true;
                    break;
                case '-' when !isOff:
                    (isOff, seen) = (true, false);
                    flags.Append(c);
                    break;
                case ')' when seen:
                    if (Trimmed(flags) is { Length: > 0 } known)
                        _result.Append("(?").Append(known).Append(')');
                    return true;
                case ':' when seen || _position == start + 1:
                    _depth++;
                    _result.Append("(?").Append(Trimmed(flags)).Append(':');
                    return true;
                default:
                    return false;
            }
        }
        return false;

        static string Trimmed(StringBuilder flags) => flags.ToString().TrimEnd('-');
    }

    private bool Repeat(string text)
    {
        if (!_hasOperand)
            return false;
        _hasOperand = false;
        _result.Append(text);
        if (Skip("?"))
            _result.Append('?');
        return true;
    }

    private bool Braces()
    {
        var end = pattern.IndexOf('}', _position);
        if (end < 0 || !TryRange(pattern.AsSpan(_position, end - _position), out var least, out var most))
            return Operand(@"\{");
        _position = end + 1;
        return least <= LargestRepeat && most <= LargestRepeat && (most < 0 || least <= most)
            && Repeat(most == least ? $"{{{least}}}" : most < 0 ? $"{{{least},}}" : $"{{{least},{most}}}");
    }

    private static bool TryRange(ReadOnlySpan<char> text, out int least, out int most)
    {
        var comma = text.IndexOf(',');
        var first = comma < 0 ? text : text[..comma];
        (least, most) = (0, -1);
        if (!TryNumber(first, out least))
            return false;
        if (comma < 0)
            most = least;
        else if (comma + 1 < text.Length)
            return TryNumber(text[(comma + 1)..], out most);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number)
    {
        number = LargestRepeat + 1;
        if (text.Length == 0 || text.ContainsAnyExceptInRange('0', '9') || (text.Length > 1 && text[0] == '0'))
            return false;
        // More digits are more than may be repeated.
        return text.Length > 8 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private bool Escape()
    {
        if (Skip("Q"))
        {
            var end = pattern.IndexOf(@"\E", _position, StringComparison.Ordinal);
            foreach (var c in pattern[_position..(end < 0 ? pattern.Length : end)])
                Operand(Re2Escapes.Literal(c));
            _position = end < 0 ? pattern.Length : end + 2;
            return true;
        }
        if (Skip("A"))
            return Operand(@"\A");
        if (Skip("z"))
            return Operand(@"\z");
        if (Skip("b"))
            return Operand(@"\b");
        if (Skip("B"))
            return Operand(@"\B");
        return Re2Escapes.Translate(pattern, ref _position) is { } escaped
            && Operand(escaped.IsSet ? $"[{escaped.Text}]" : escaped.Text);
    }

    private bool Skip(string text)
    {
        if (string.CompareOrdinal(pattern, _position, text, 0, text.Length) != 0)
            return false;
        _position += text.Length;
        return true;
    }
}
