using System.Globalization;
using System.Text.RegularExpressions;

namespace KafkaSharp.Network.Endpoints;

/// <summary>
/// A listener by name and where it is (Kafka's <c>Endpoint</c>): an entry of <c>listeners</c> or <c>advertised.listeners</c>. A null host
/// is every address of the machine; port 0 is one the system chooses.
/// </summary>
public sealed partial record Endpoint(string ListenerName, SecurityProtocol SecurityProtocol, string? Host, int Port)
{
    /// <summary>Parses <c>NAME://host:port</c>.</summary>
    /// <exception cref="FormatException">With Kafka's sentence for what is wrong.</exception>
    public static Endpoint Parse(string text, IReadOnlyDictionary<string, SecurityProtocol> protocols)
    {
        var match = Form().Match(text);
        if (!match.Success)
            throw new FormatException($"Unable to parse {text} to a broker endpoint");
        var name = match.Groups[1].Value.ToUpperInvariant();
        if (name.Length == 0)
            throw new FormatException("The provided listener name is null or empty string");
        if (!int.TryParse(match.Groups[3].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var port))
            throw new FormatException($"For input string: \"{match.Groups[3].Value}\"");
        if (!protocols.TryGetValue(name, out var protocol))
            throw new FormatException($"No security protocol defined for listener {name}");
        var host = match.Groups[2].Value;
        return new Endpoint(name, protocol, host.Length == 0 ? null : host, port);
    }

    /// <summary>Parses <c>listener.security.protocol.map</c>: <c>NAME:PROTOCOL,…</c>. Names are upper case in the result.</summary>
    /// <exception cref="FormatException">An entry is no pair, or its protocol is none.</exception>
    public static IReadOnlyDictionary<string, SecurityProtocol> ParseProtocolMap(string text)
    {
        var map = new Dictionary<string, SecurityProtocol>(StringComparer.Ordinal);
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = entry.LastIndexOf(':');
            if (colon < 0)
                throw new FormatException($"'{entry}' is not of the form LISTENER:PROTOCOL");
            map[entry[..colon].Trim().ToUpperInvariant()] = SecurityProtocolNames.TryParse(entry[(colon + 1)..])
                ?? throw new FormatException($"No enum constant for security protocol {entry[(colon + 1)..].Trim()}");
        }
        return map;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{ListenerName}://{(Host?.Contains(':') == true ? $"[{Host}]" : Host)}:{Port}");

    [GeneratedRegex(@"\A(.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)\z")]
    private static partial Regex Form();
}
