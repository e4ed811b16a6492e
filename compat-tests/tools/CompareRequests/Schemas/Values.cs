using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CompareRequests.Schemas;

/// <summary>
/// Functions on the value of a message or field: null, bool, long, double, string, byte[], List (an array), Dictionary (a struct, by field
/// name) or <see cref="AnnouncedLength"/>. A uuid is its text in base64.
/// </summary>
internal static class Values
{
    public static Dictionary<string, object?> Struct(string json) =>
        (Dictionary<string, object?>)FromJson(JsonDocument.Parse(json).RootElement)!;

    public static object? Clone(object? value) => value switch
    {
        List<object?> list => list.ConvertAll(Clone),
        Dictionary<string, object?> fields => Clone(fields),
        _ => value,
    };

    public static Dictionary<string, object?> Clone(Dictionary<string, object?> fields) =>
        fields.ToDictionary(field => field.Key, field => Clone(field.Value), StringComparer.Ordinal);

    /// <summary>One line of text. Equal values have equal texts.</summary>
    public static string Text(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => text.Length <= 300 ? '"' + Escape(text) + '"' : $"a string of {text.Length}",
        byte[] bytes => bytes.Length <= 400
            ? "0x" + Convert.ToHexStringLower(bytes)
            : $"{bytes.Length} bytes 0x{Convert.ToHexStringLower(bytes, 0, 61)}…",
        List<object?> list => "[" + string.Join(", ", list.Select(Text)) + "]",
        Dictionary<string, object?> fields => "{" + string.Join(", ", fields.Select(field => field.Key + ": " + Text(field.Value))) + "}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
            _ = c is < ' ' or '\u007f' ? escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : escaped.Append(c);
        return escaped.ToString();
    }

    private static object? FromJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject()
            .ToDictionary(field => field.Name, field => FromJson(field.Value), StringComparer.Ordinal),
        JsonValueKind.Array => json.EnumerateArray().Select(FromJson).ToList(),
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetInt64(out var number) ? (object)number : json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
