using KafkaSharp.Metadata.Authorization;

namespace KafkaSharp.Security.Authorization;

/// <summary>
/// A key of the entries: a resource's name or its first characters, which are compared without being copied. Hashed with the seed of the
/// process, because clients choose the names.
/// </summary>
internal readonly struct ResourceName(ResourceType type, PatternType pattern, string text, int length) : IEquatable<ResourceName>
{
    private readonly string _text = text;
    private readonly int _length = length;

    public ResourceName(ResourceType type, PatternType pattern, string text)
        : this(type, pattern, text, text.Length)
    {
    }

    public ResourceType Type { get; } = type;

    public PatternType Pattern { get; } = pattern;

    public ReadOnlySpan<char> Text => _text.AsSpan(0, _length);

    /// <summary>The pattern of all names that begin with its first characters.</summary>
    public ResourceName Prefix(int length) => new(Type, PatternType.Prefixed, _text, length);

    public bool Equals(ResourceName other) => Type == other.Type && Pattern == other.Pattern && Text.SequenceEqual(other.Text);

    public override bool Equals(object? obj) => obj is ResourceName other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Type, Pattern, string.GetHashCode(Text));
}
