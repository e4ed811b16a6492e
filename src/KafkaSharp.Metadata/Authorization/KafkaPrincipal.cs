using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Metadata.Authorization;

/// <summary>
/// The identity of a client or node (Kafka's <c>KafkaPrincipal</c>). Immutable; equal by type and name.
/// </summary>
public sealed class KafkaPrincipal(string type, string name, bool tokenAuthenticated = false) : IEquatable<KafkaPrincipal>
{
    public const string UserType = "User";

    /// <summary>The principal of every connection on a listener without authentication.</summary>
    public static KafkaPrincipal Anonymous { get; } = new(UserType, "ANONYMOUS");

    public string Type { get; } = type;

    public string Name { get; } = name;

    /// <summary>Whether it was authenticated with a delegation token, which may not create further tokens.</summary>
    public bool TokenAuthenticated { get; } = tokenAuthenticated;

    /// <summary>Reads <c>Type:name</c>; the name may contain colons.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out KafkaPrincipal? principal)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        principal = colon < 0 ? null : new KafkaPrincipal(text[..colon], text[(colon + 1)..]);
        return principal is not null;
    }

    public bool Equals(KafkaPrincipal? other) => other is not null && Type == other.Type && Name == other.Name;

    public override bool Equals(object? obj) => Equals(obj as KafkaPrincipal);

    public override int GetHashCode() => HashCode.Combine(Type, Name);

    /// <summary><c>Type:name</c>, as ACLs and logs spell it.</summary>
    public override string ToString() => $"{Type}:{Name}";
}
