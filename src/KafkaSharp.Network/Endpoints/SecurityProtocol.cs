namespace KafkaSharp.Network.Endpoints;

/// <summary>How a listener secures its connections (Kafka's <c>SecurityProtocol</c>, with its ids).</summary>
public enum SecurityProtocol
{
    Plaintext = 0,
    Ssl = 1,
    SaslPlaintext = 2,
    SaslSsl = 3,
}

/// <summary>The names of security protocols as configurations spell them.</summary>
public static class SecurityProtocolNames
{
    public static string Name(this SecurityProtocol protocol) => protocol switch
    {
        SecurityProtocol.Plaintext => "PLAINTEXT",
        SecurityProtocol.Ssl => "SSL",
        SecurityProtocol.SaslPlaintext => "SASL_PLAINTEXT",
        _ => "SASL_SSL",
    };

    /// <summary>The protocol of a name in any case, or null.</summary>
    public static SecurityProtocol? TryParse(string name) => name.Trim().ToUpperInvariant() switch
    {
        "PLAINTEXT" => SecurityProtocol.Plaintext,
        "SSL" => SecurityProtocol.Ssl,
        "SASL_PLAINTEXT" => SecurityProtocol.SaslPlaintext,
        "SASL_SSL" => SecurityProtocol.SaslSsl,
        _ => null,
    };
}
