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

    /// <summary>Names of a hundred topics: .NET makes an automaton of that many characters in any case.</summary>
    private const int LengthOfPart = 1500;

    private readonly List<string> _parts = [];

    /// <summary>The flags that apply to what follows outside groups.</summary>
    private readonly StringBuilder _outerFlags = new();

    private readonly StringBuilder _result = new(pattern.Length + 16);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _position;

    /// <summary>For each open group, where it begins in the result and whether the flag m was set before it.</summary>
    private readonly Stack<(int Start, bool IsMultiline)> _groups = [];

    private bool _isMultiline;
    private string? _fault;

    /// <summary>Why the last thing may not be repeated; null when it may.</summary>
    private string? _notRepeatable = Re2Faults.MissingOperand;

    /// <summary>Where the last thing begins in the result.</summary>
    private int _operand;

    /// <summary>Whether the last thing is repeated already and may be repeated again, because flags are between.</summary>
    private bool _isRepeated;

    /// <summary>Where the last flags without a group begin and end in the result.</summary>
    private (int Start, int End) _flags = (-1, -1);

    private bool AtEnd => _position >= pattern.Length;

    /// <summary>
    /// Patterns in the syntax of .NET: what matches one of them matches the pattern. A long list of alternatives is more than one of them.
    /// Null, and the reason, when RE2/J refuses the pattern.
    /// </summary>
    public IReadOnlyList<string>? Translate(out string? fault)
    {
        while (!AtEnd && Next())
        {
        }
        if (_fault is null && _groups.Count > 0)
            _fault = Re2Faults.MissingParenthesis;
        fault = _fault;
        return fault is null ? [.. _parts, _result.ToString()] : null;
    }

    private bool Next()
    {
        var c = pattern[_position++];
        switch (c)
        {
            case '(':
                return Open();
            case ')':
                return Close();
            case '|':
                return Alternative();
            case '*' or '+' or '?':
                return Repeat(c.ToString());
            case '{':
                return Braces();
            case '[':
                BeginOperand(_result.Length);
                return new Re2Class(pattern, _result).Translate(ref _position) is not { } fault || Refuse(fault);
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

    private bool Alternative()
    {
        _notRepeatable = Re2Faults.MissingOperand;
        if (_groups.Count > 0 || _result.Length < LengthOfPart)
        {
            _result.Append('|');
            return true;
        }
        _parts.Add(_result.ToString());
        _result.Clear().Append(_outerFlags);
        _flags = (-1, -1);
        return true;
    }

    private bool Refuse(string fault)
    {
        _fault = fault;
        return false;
    }

    private void BeginOperand(int start) => (_notRepeatable, _operand, _isRepeated) = (null, start, false);

    private bool Operand(string text)
    {
        BeginOperand(_result.Length);
        _result.Append(text);
        return true;
    }

    private bool Open()
    {
        var isFlags = Skip("?");
        if (isFlags && !(Skip("P<") || Skip("<")))
            return Flags();
        _notRepeatable = Re2Faults.MissingOperand;
        _groups.Push((_result.Length, _isMultiline));
        _result.Append("(?:");
        return !isFlags || SkipName();
    }

    private bool SkipName()
    {
        var end = pattern.IndexOf('>', _position);
        if (end <= _position)
            return Refuse(Re2Faults.InvalidName);
        var name = pattern[_position..end];
        _position = end + 1;
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? _names.Add(name) || Refuse(Re2Faults.DuplicateName)
            : Refuse(Re2Faults.InvalidName);
    }

    private bool Close()
    {
        if (!_groups.TryPop(out var group))
            return Refuse(Re2Faults.UnexpectedParenthesis);
        _isMultiline = group.IsMultiline;
        BeginOperand(group.Start);
        _result.Append(')');
        return true;
    }

    /// <summary>Flags i, m, s and U, alone or for a group. Greediness does not matter where only whole texts match.</summary>
    private bool Flags()
    {
        var (isOff, seen, isMultiline) = (false, false, _isMultiline);
        var flags = new StringBuilder();
        while (!AtEnd)
        {
            var c = pattern[_position++];
            switch (c)
            {
                case 'i' or 's' or 'm':
                    if (c == 'm')
                        isMultiline = !isOff;
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
                case ')' or ':' when seen || !isOff:
                    SetFlags(flags.ToString().TrimEnd('-'), isOfGroup: c == ':', isMultiline);
                    return true;
                default:
                    return Refuse(Re2Faults.InvalidGroup);
            }
        }
        return Refuse(Re2Faults.InvalidGroup);
    }

    private void SetFlags(string flags, bool isOfGroup, bool isMultiline)
    {
        if (isOfGroup)
        {
            _notRepeatable = Re2Faults.MissingOperand;
            _groups.Push((_result.Length, _isMultiline));
            _result.Append("(?").Append(flags).Append(':');
            _isMultiline = isMultiline;
            return;
        }
        _isMultiline = isMultiline;
        if (_notRepeatable == Re2Faults.NestedRepetition)
            (_notRepeatable, _isRepeated) = (null, _result.Length > _operand);
        if (flags.Length > 0)
        {
            var start = _flags.End == _result.Length ? _flags.Start : _result.Length;
            _result.Append("(?").Append(flags).Append(')');
            if (_groups.Count == 0)
                _outerFlags.Append("(?").Append(flags).Append(')');
            _flags = (start, _result.Length);
        }
    }

    private bool Repeat(string text)
    {
        var isLazy = Skip("?");
        if (_notRepeatable is { } fault)
            return Refuse(fault);
        _notRepeatable = Re2Faults.NestedRepetition;
        // After flags it repeats what is before them, as in RE2/J.
        if (_isRepeated)
            Insert(_operand, "(?:");
        Insert(_flags.End == _result.Length ? _flags.Start : _result.Length, (_isRepeated ? ")" : "") + (isLazy ? text + "?" : text));
        _isRepeated = false;
        return true;
    }

    private void Insert(int place, string text)
    {
        _result.Insert(place, text);
        if (place <= _flags.Start)
            _flags = (_flags.Start + text.Length, _flags.End + text.Length);
    }

    private bool Braces()
    {
        var end = pattern.IndexOf('}', _position);
        if (end < 0 || !TryRange(pattern.AsSpan(_position, end - _position), out var least, out var most))
            return LiteralBrace();
        _position = end + 1;
        return least <= LargestRepeat && most <= LargestRepeat && (most < 0 || least <= most)
            ? Repeat(most == least ? $"{{{least}}}" : most < 0 ? $"{{{least},}}" : $"{{{least},{most}}}")
            : Refuse(Re2Faults.InvalidCount);
    }

    /// <summary>A brace that begins no repetition. RE2/J does not let it be repeated either.</summary>
    private bool LiteralBrace()
    {
        Operand(@"\{");
        _notRepeatable = Re2Faults.NestedRepetition;
        return true;
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
        var escaped = Re2Escapes.Translate(pattern, ref _position);
        return escaped.Fault is { } fault ? Refuse(fault) : Operand(escaped.IsSet ? $"[{escaped.Text}]" : escaped.Text);
    }

    private bool Skip(string text)
    {
        if (string.CompareOrdinal(pattern, _position, text, 0, text.Length) != 0)
            return false;
        _position += text.Length;
        return true;
    }
}
