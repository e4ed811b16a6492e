namespace CompareRequests.Wire;

/// <summary>Kafka's text of a uuid: base64 with - and _ instead of + and /, without padding. The empty text is zero.</summary>
internal static class UuidText
{
    public const string Zero = "AAAAAAAAAAAAAAAAAAAAAA";

    public static byte[] Parse(string text) =>
        text.Length == 0 ? new byte[16] : Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/') + "==");

    public static string Format(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
