using System.Text;

namespace KafkaSharp.Security.Jaas;

/// <summary>
/// Divides a login configuration as Kafka does, with Java's <c>StreamTokenizer</c>: words of letters, digits, <c>. - _ $</c> that begin
/// with no digit or dot; strings in either quotes with escapes; comments from a slash to the end of the line or between <c>/*</c> and
/// <c>*/</c>; numbers, which have no text; all else as single characters.
/// </summary>
internal sealed class JaasTokenizer(string text)
{
    private const int FirstLetterBeyondAscii = 160;

    private int _position;

    /// <summary>What a token is, if it is no single character.</summary>
    public const int End = -1, Word = -2, Number = -3;

    /// <summary>One of <see cref="End"/>, <see cref="Word"/>, <see cref="Number"/>; the quote that opens a string; a character.</summary>
    public int Kind { get; private set; } = End;

    /// <summary>The word or the string without quotes; null for anything else.</summary>
    public string? Text { get; private set; }

    private int Current => _position < text.Length ? text[_position] : End;

    private int Next => _position + 1 < text.Length ? text[_position + 1] : End;

    public int Read()
    {
        Text = null;
        SkipSpaceAndComments();
        return Kind = Current switch
        {
            End => End,
            '"' or '\'' => ReadString(),
            '.' or (>= '0' and <= '9') => ReadNumber(),
            '-' => Next is '.' or (>= '0' and <= '9') ? ReadNumber() : ReadCharacter(),
            var c when IsLetter(c) => ReadWord(),
            _ => ReadCharacter(),
        };
    }

    private static bool IsLetter(int c) => c is '_' or '$' or '-' or >= FirstLetterBeyondAscii || char.IsAsciiLetter((char)c);

    private int ReadCharacter() => text[_position++];

    private int ReadWord()
    {
        var start = _position;
        while (Current is var c and not End && (IsLetter(c) || c == '.' || char.IsAsciiDigit((char)c)))
            _position++;
        Text = text[start.._position];
        return Word;
    }

    private int ReadNumber()
    {
        if (Current == '-')
            _position++;
        for (var dots = 0; Current == '.' && dots++ == 0 || Current is >= '0' and <= '9';)
            _position++;
        return Number;
    }

    private int ReadString()
    {
        var (quote, content) = (text[_position++], new StringBuilder());
        while (Current is var c and not (End or '\n' or '\r') && c != quote)
        {
            _position++;
            content.Append(c == '\\' ? ReadEscaped() : (char)c);
        }
        if (Current == quote)
            _position++;
        Text = content.ToString();
        return quote;
    }

    private char ReadEscaped()
    {
        var c = Current;
        if (c == End)
            return '\uffff';
        _position++;
        return c switch
        {
            >= '0' and <= '7' => ReadOctal(c),
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            _ => (char)c,
        };
    }

    // Three digits only if the first one leaves the value below 256.
    private char ReadOctal(int first)
    {
        var value = first - '0';
        for (var digits = 1; digits < (first <= '3' ? 3 : 2) && Current is >= '0' and <= '7'; digits++)
            value = value * 8 + (text[_position++] - '0');
        return (char)value;
    }

    private void SkipSpaceAndComments()
    {
        while (Current is var c and not End)
        {
            if (c == '/' && Next == '*')
                _position = text.IndexOf("*/", _position + 2, StringComparison.Ordinal) is >= 0 and var end ? end + 2 : text.Length;
            else if (c == '/')
                SkipLine();
            else if (c <= ' ')
                _position++;
            else
                return;
        }
    }

    // The character after the slash belongs to the comment, even where it ends the line.
    private void SkipLine()
    {
        _position = Math.Min(_position + 2, text.Length);
        _position = text.AsSpan(_position).IndexOfAny('\n', '\r') is >= 0 and var line ? _position + line : text.Length;
    }
}
