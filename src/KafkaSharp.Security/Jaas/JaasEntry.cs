namespace KafkaSharp.Security.Jaas;

/// <summary>A login module with its options (Java's <c>AppConfigurationEntry</c>). The values may be secrets.</summary>
public sealed record JaasEntry(string LoginModule, IReadOnlyDictionary<string, string> Options)
{
    private static readonly string[] s_flags = ["REQUIRED", "REQUISITE", "SUFFICIENT", "OPTIONAL"];

    /// <summary>Reads a <c>sasl.jaas.config</c>: <c>MODULE FLAG KEY=VALUE … ;</c>, as often as it is repeated.</summary>
    /// <exception cref="JaasException">It is none.</exception>
    public static IReadOnlyList<JaasEntry> Parse(string text)
    {
        var tokens = new JaasTokenizer(text);
        var entries = new List<JaasEntry>();
        while (tokens.Read() != JaasTokenizer.End)
            entries.Add(ParseEntry(tokens));
        return entries.Count > 0 ? entries : throw new JaasException("Login module not specified in JAAS config");
    }

    /// <summary>The module and the names of the options, which belong into no log with their values.</summary>
    public override string ToString() => $"{LoginModule} {string.Join(' ', Options.Keys)}";

    private static JaasEntry ParseEntry(JaasTokenizer tokens)
    {
        var module = tokens.Text;
        if (tokens.Read() == JaasTokenizer.End)
            throw new JaasException("Login module control flag not specified in JAAS config");
        if (tokens.Text is not { } flag)
            throw new JaasException("Login module control flag is not available in the JAAS config");
        if (!s_flags.Contains(flag.ToUpperInvariant()))
            throw new JaasException($"Invalid login module control flag '{flag}' in JAAS config");
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        while (tokens.Read() is not (JaasTokenizer.End or ';'))
        {
            // A key without a name is what follows a value that should have been in quotes.
            var key = tokens.Text;
            if (tokens.Read() != '=' || tokens.Read() == JaasTokenizer.End || tokens.Text is not { } value)
                throw new JaasException($"Value not specified for key '{key ?? "null"}' in JAAS config");
            options[key ?? "null"] = value;
        }
        if (tokens.Kind != ';')
            throw new JaasException("JAAS config entry not terminated by semi-colon");
        return new JaasEntry(module ?? throw new JaasException("Login module not specified in JAAS config"), options);
    }
}
