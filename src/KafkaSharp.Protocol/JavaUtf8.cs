using System.Buffers;
using System.Text;

namespace KafkaSharp.Protocol;

/// <summary>
/// UTF-8 with the error handling of Java's <c>String</c>: malformed bytes are decoded as U+FFFD and an unpaired surrogate is encoded as a
/// question mark. Nothing is refused. Thread-safe.
/// </summary>
public static class JavaUtf8
{
    private const char Replacement = '\ufffd';

    private static readonly Encoding s_encoding =
        Encoding.GetEncoding("utf-8", new EncoderReplacementFallback("?"), DecoderFallback.ReplacementFallback);

    public static string GetString(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        return text.Contains(Replacement) ? Decode(bytes) : text;
    }

    public static int GetByteCount(string text) => s_encoding.GetByteCount(text);

    public static int GetBytes(string text, Span<byte> destination) => s_encoding.GetBytes(text, destination);

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
                text.Append(rune);
            else
            {
                text.Append(Replacement);
                length = Math.Max(length, EncodedSurrogate(bytes));
            }
            bytes = bytes[length..];
        }
        return text.ToString();
    }

    // Java replaces an encoded surrogate, complete or truncated, by one character. .NET replaces each of its bytes.
    private static int EncodedSurrogate(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || bytes[0] != 0xed || bytes[1] is < 0xa0 or > 0xbf)
            return 0;
        return bytes.Length > 2 && (bytes[2] & 0xc0) == 0x80 ? 3 : 2;
    }
}
