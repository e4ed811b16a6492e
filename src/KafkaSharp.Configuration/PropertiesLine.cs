using System.Globalization;
using System.Text;

namespace KafkaSharp.Configuration;

/// <summary>Reads a logical line of a properties file from its physical lines, splits it into key and value, and escapes text.</summary>
internal static class PropertiesLine
{
    /// <summary>Reads the next logical line that is neither blank nor a comment, without replacing escapes. False at the end.</summary>
    public static bool TryRead(string text, ref int position, StringBuilder line)
    {
        line.Clear();
        var (skipWhiteSpace, continued, backslash) = (true, false, false);
        while (position < text.Length)
        {
            var c = text[position++];
            if (skipWhiteSpace)
            {
                if (IsWhiteSpace(c) || (!continued && IsLineEnd(c)))
                    continue;
                (skipWhiteSpace, continued) = (false, false);
            }
            if (line.Length == 0 && c is '#' or '!')
            {
                while (position < text.Length && !IsLineEnd(text[position]))
                    position++;
                skipWhiteSpace = true;
            }
            else if (!IsLineEnd(c))
            {
                line.Append(c);
                backslash = c == '\\' && !backslash;
            }
            else if (line.Length == 0)
            {
                skipWhiteSpace = true;
            }
            else if (backslash)
            {
                line.Length--;
                (skipWhiteSpace, continued, backslash) = (true, true, false);
                if (c == '\r' && position < text.Length && text[position] == '\n')
                    position++;
            }
            else
            {
                return true;
            }
        }
        if (line.Length == 0)
            return false;
        if (backslash)
            line.Length--;
        return true;
    }

    public static (string Key, string Value) Split(string line)
    {
        var (keyLength, valueStart, separated, backslash) = (0, line.Length, false, false);
        for (; keyLength < line.Length; keyLength++)
        {
            var c = line[keyLength];
            if (!backslash && (c is '=' or ':' || IsWhiteSpace(c)))
            {
                (valueStart, separated) = (keyLength + 1, c is '=' or ':');
                break;
            }
            backslash = c == '\\' && !backslash;
        }
        for (; valueStart < line.Length; valueStart++)
        {
            var c = line[valueStart];
            if (IsWhiteSpace(c))
                continue;
            if (separated || c is not ('=' or ':'))
                break;
            separated = true;
        }
        return (Unescape(line[..keyLength]), Unescape(line[valueStart..]));
    }

    public static void Escape(StringBuilder text, string part, bool escapeUnicode, bool isKey)
    {
        for (var i = 0; i < part.Length; i++)
        {
            var c = part[i];
            switch (c)
            {
                case ' ' when i == 0 || isKey:
                case '\\' or '=' or ':' or '#' or '!':
                    text.Append('\\').Append(c);
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case < ' ' or > '~' when escapeUnicode:
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }
    }

    private static string Unescape(string part)
    {
        if (!part.Contains('\\'))
            return part;
        var text = new StringBuilder(part.Length);
        for (var i = 0; i < part.Length; i++)
        {
            if (part[i] != '\\' || i + 1 == part.Length)
            {
                if (part[i] != '\\')
                    text.Append(part[i]);
                continue;
            }
            var c = part[++i];
            if (c == 'u')
            {
                if (i + 4 >= part.Length
                    || !ushort.TryParse(part.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                    throw new FormatException("Malformed \\uxxxx encoding.");
                text.Append((char)code);
                i += 4;
                continue;
            }
            text.Append(c switch { 't' => '\t', 'r' => '\r', 'n' => '\n', 'f' => '\f', _ => c });
        }
        return text.ToString();
    }

    private static bool IsWhiteSpace(char c) => c is ' ' or '\t' or '\f';

    private static bool IsLineEnd(char c) => c is '\n' or '\r';
}
