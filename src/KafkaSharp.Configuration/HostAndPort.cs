using System.Globalization;
using System.Text.RegularExpressions;

namespace KafkaSharp.Configuration;

/// <summary>An address of the form host:port, [IPv6]:port or protocol://host:port, as Kafka reads it in the lists of addresses.</summary>
public readonly partial record struct HostAndPort(string Host, int Port)
{
    /// <returns>Null if the text has another form.</returns>
    public static HostAndPort? TryParse(string text)
    {
        var match = Form().Match(text);
        return match.Success && int.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new HostAndPort(match.Groups[1].Value, port)
            : null;
    }

    [GeneratedRegex(@"\A(?:[0-9a-zA-Z\-%._]*://)?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
