using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Security.Sasl.Scram;

/// <summary>The parts of SCRAM messages (RFC 5802 section 7, as far as Kafka accepts it: ASCII).</summary>
internal static class ScramText
{
    private const string Base64Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    private static readonly SearchValues<char> s_base64 = SearchValues.Create(Base64Characters);

    /// <summary>The value of <c>NAME=VALUE</c>.</summary>
    public static bool TryValue(string part, string name, out string value)
    {
        var isNamed = part.Length > name.Length && part[name.Length] == '=' && part.StartsWith(name, StringComparison.Ordinal);
        value = isNamed ? part[(name.Length + 1)..] : "";
        return isNamed;
    }

    public static bool IsValue(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExceptInRange('\x01', '\x7f');

    public static bool IsPrintable(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExceptInRange('\x21', '\x7e');

    /// <summary>Whether it is a name in which commas and equals signs are escaped.</summary>
    public static bool IsSaslName(string text)
    {
        for (var i = text.IndexOf('=', StringComparison.Ordinal); i >= 0; i = text.IndexOf('=', i + 1))
        {
            if (string.CompareOrdinal(text, i, "=2C", 0, 3) != 0 && string.CompareOrdinal(text, i, "=3D", 0, 3) != 0)
                return false;
        }
        return IsValue(text);
    }

    public static bool IsExtension(string part)
    {
        var name = part.IndexOf('=', StringComparison.Ordinal);
        return name > 0 && part.AsSpan(0, name).IndexOfAnyExcept(s_letters) < 0 && IsValue(part.AsSpan(name + 1));
    }

    public static bool TryBase64(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.AsSpan().ContainsAnyExcept(s_base64))
            return false;
        var buffer = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64String(text, buffer, out var written))
            return false;
        bytes = buffer[..written];
        return true;
    }

    private static readonly SearchValues<char> s_letters = SearchValues.Create(Base64Characters.AsSpan(0, 52));
}
