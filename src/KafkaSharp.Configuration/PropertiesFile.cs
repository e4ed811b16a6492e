using System.Text;

namespace KafkaSharp.Configuration;

/// <summary>
/// Files in the format of <c>java.util.Properties</c>, such as server.properties and meta.properties. Parsing is identical to <c>load</c>:
/// comments with # and !, separators = : or white space, continuation lines, escapes. Formatting is identical to <c>store</c>.
/// </summary>
public static class PropertiesFile
{
    /// <summary>
    /// Parses the bytes of a file in ISO-8859-1, the encoding that Java uses. If a key appears twice, the last value applies.
    /// </summary>
    /// <exception cref="FormatException">A \u escape does not have four hexadecimal digits.</exception>
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
    /// Formats a file like <c>store</c>: a comment, the date, and one line per property in the given order. If
    /// <paramref name="escapeUnicode"/> is true (<c>store</c> to a stream), all characters except printable ASCII are escaped; otherwise
    /// (<c>store</c> to a writer) they are not.
    /// </summary>
    public static string Format(
        IEnumerable<KeyValuePair<string, string>> properties, string? comment = null, DateTimeOffset? date = null,
        bool escapeUnicode = false)
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
