using System.Text;

namespace KafkaSharp.Configuration;

/// <summary>
/// Files in the syntax of <c>java.util.Properties</c>: server.properties, meta.properties. Reading follows <c>load</c> to the letter:
/// comments with # and !, separators = : or white space, continued lines, escapes. Writing follows <c>store</c>.
/// </summary>
public static class PropertiesFile
{
    /// <summary>Parses the bytes of a file, which Java takes for ISO-8859-1. A key given twice has its last value.</summary>
    /// <exception cref="FormatException">A \u escape without four hexadecimal digits.</exception>
    public static Dictionary<string, string> Parse(ReadOnlySpan<byte> bytes) => Parse(Encoding.Latin1.GetString(bytes));

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static Dictionary<string, string> Parse(string text)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        var line = new StringBuilder();
        var position = 0;
        while (PropertiesLine.TryRead(text, ref position, line))
        {
            var (key, value) = PropertiesLine.Split(line.ToString());
            properties[key] = value;
        }
        return properties;
    }

    /// <summary>
    /// What <c>store</c> writes: a comment, the date, a line a property in the given order. With <paramref name="escapeUnicode"/> (as for a
    /// stream) everything outside printable ASCII is escaped; without (as for a writer) it is left as it is.
    /// </summary>
    public static string Format(
        IEnumerable<KeyValuePair<string, string>> properties, string? comment = null, DateTimeOffset? date = null, bool escapeUnicode = false)
    {
        var text = new StringBuilder();
        if (comment is not null)
            text.Append('#').Append(comment.Replace("\n", "\n#", StringComparison.Ordinal)).Append('\n');
        if (date is { } at)
            text.Append('#').Append(at.UtcDateTime.ToString("ddd MMM dd HH:mm:ss 'UTC' yyyy", null)).Append('\n');
        foreach (var (key, value) in properties)
        {
            PropertiesLine.Escape(text, key, escapeUnicode, isKey: true);
            text.Append('=');
            PropertiesLine.Escape(text, value, escapeUnicode, isKey: false);
            text.Append('\n');
        }
        return text.ToString();
    }
}
