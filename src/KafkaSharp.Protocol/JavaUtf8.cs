using System.Text;

namespace KafkaSharp.Protocol;

/// <summary>
/// UTF-8 as Java's <c>String</c> reads and writes it: nothing is refused; what is malformed is read as U+FFFD, and a lone surrogate is
/// written as a question mark. Thread-safe.
/// </summary>
static class JavaUtf8
{
    private static readonly Encoding s_encoding =
        Encoding.GetEncoding("utf-8", new EncoderReplacementFallback("?"), new DecoderReplacementFallback("\ufffd"));

    public static string GetString(ReadOnlySpan<byte> bytes) => s_encoding.GetString(bytes);

    public static int GetByteCount(string text) => s_encoding.GetByteCount(text);

    public static int GetBytes(string text, Span<byte> destination) => s_encoding.GetBytes(text, destination);
}
