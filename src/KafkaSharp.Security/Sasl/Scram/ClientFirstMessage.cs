using System.Text;

namespace KafkaSharp.Security.Sasl.Scram;

/// <summary>
/// The first message of a SCRAM client: <c>n,[a=AUTHORIZATION-ID],[m=RESERVED,]n=NAME,r=NONCE[,EXTENSION=VALUE]…</c>.
/// </summary>
internal sealed class ClientFirstMessage
{
    private const string TokenAuthentication = "tokenauth";

    private ClientFirstMessage(string authorizationId, string saslName, string nonce, string[] extensions)
    {
        (AuthorizationId, Nonce) = (authorizationId, nonce);
        Bare = string.Join(',', [$"n={saslName}", $"r={nonce}", .. extensions]);
        IsTokenAuthentication = extensions.Any(extension =>
            extension.Split('=', 2) is [TokenAuthentication, var value] && value.Equals("true", StringComparison.OrdinalIgnoreCase));
        UserName = saslName.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
    }

    /// <summary>Escaped as in the message; empty where the client names none.</summary>
    public string AuthorizationId { get; }

    public string UserName { get; }

    public string Nonce { get; }

    /// <summary>Whether the name is the id of a delegation token.</summary>
    public bool IsTokenAuthentication { get; }

    /// <summary>The part of the message that is signed.</summary>
    public string Bare { get; }

    /// <summary>Null when it is not such a message.</summary>
    public static ClientFirstMessage? Parse(ReadOnlySpan<byte> bytes)
    {
        // No value contains a comma.
        var parts = Encoding.UTF8.GetString(bytes).Split(',');
        if (parts.Length < 4 || parts[0] != "n")
            return null;
        var authorizationId = "";
        if (parts[1].Length > 0 && (!ScramText.TryValue(parts[1], "a", out authorizationId) || !ScramText.IsSaslName(authorizationId)))
            return null;
        var next = ScramText.TryValue(parts[2], "m", out var reserved) && ScramText.IsValue(reserved) ? 3 : 2;
        if (parts.Length < next + 2
            || !ScramText.TryValue(parts[next], "n", out var name) || !ScramText.IsSaslName(name)
            || !ScramText.TryValue(parts[next + 1], "r", out var nonce) || !ScramText.IsPrintable(nonce))
            return null;
        var extensions = parts[(next + 2)..];
        return Array.TrueForAll(extensions, ScramText.IsExtension)
            ? new ClientFirstMessage(authorizationId, name, nonce, extensions) : null;
    }
}
