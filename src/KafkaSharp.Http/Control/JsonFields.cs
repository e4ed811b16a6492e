using System.Globalization;
using System.Text.Json;
using KafkaSharp.Testing.Time;

namespace KafkaSharp.Http.Control;

/// <summary>
/// The fields of a JSON object that somebody sent. Fields that nobody reads are an error: a wrong name must not pass without an effect.
/// </summary>
internal sealed class JsonFields
{
    // The end of the year 9999.
    private const long MostMilliseconds = 253_402_300_800_000;

    private readonly string _what;
    private readonly JsonElement _json;

    /// <param name="what">What the object is, for messages.</param>
    /// <param name="json">The object.</param>
    /// <param name="known">The names of its fields.</param>
    /// <exception cref="FormatException">It is no object, or has other fields.</exception>
    public JsonFields(string what, JsonElement json, params ReadOnlySpan<string> known)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new FormatException($"{what} must be an object, but it is {Shown(json)}");
        foreach (var field in json.EnumerateObject())
        {
            if (!known.Contains(field.Name))
                throw new FormatException($"{what} has no '{field.Name}'. Known: {string.Join(", ", known)}");
        }
        _what = what;
        _json = json;
    }

    /// <summary>Reads a body; an empty one is an empty object.</summary>
    public static T Read<T>(HttpRequest request, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(request.Body.IsEmpty ? "{}"u8.ToArray() : request.Body);
            return read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The body is not JSON: {e.Message}", e);
        }
    }

    public static string Shown(JsonElement json) => json.GetRawText() is { Length: > 100 } text ? $"{text[..100]}…" : json.GetRawText();

    /// <summary>A field; null where it is absent or null.</summary>
    public JsonElement? Find(string name) =>
        _json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public bool Has(string name) => _json.TryGetProperty(name, out _);

    public string? Text(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "a text", value);

    public string NeedText(string name) => Text(name) ?? throw new FormatException($"{_what} needs '{name}'");

    public int? WholeNumber(string name) => Read(
        name, "a whole number",
        value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : default(int?));

    /// <summary>Milliseconds, or a duration of ISO 8601.</summary>
    public TimeSpan? Duration(string name) => Read<TimeSpan>(
        name, "a number of milliseconds, or a duration of ISO 8601 such as PT5M or P7D",
        value => value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var ms) && ms is >= 0 and < long.MaxValue / TimeSpan.TicksPerMillisecond =>
                TimeSpan.FromMilliseconds(ms),
            JsonValueKind.String when IsoDuration.TryParse(value.GetString(), out var duration) => duration,
            _ => null,
        });

    /// <summary>Milliseconds since 1970, or a time of ISO 8601.</summary>
    public DateTimeOffset? Time(string name) => Read<DateTimeOffset>(
        name, "a number of milliseconds since 1970, or a time of ISO 8601",
        value => value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var ms) && ms is >= 0 and < MostMilliseconds =>
                DateTimeOffset.FromUnixTimeMilliseconds(ms),
            JsonValueKind.String when DateTimeOffset.TryParse(
                value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
            _ => null,
        });

    /// <summary>Bytes as base64; null where it is absent or null.</summary>
    public byte[]? Base64(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes) ? bytes
        : throw Wrong(name, "base64", value);

    public IEnumerable<JsonElement> List(string name) => Find(name) is not { } value ? []
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(name, "an array", value);

    private T? Read<T>(string name, string expected, Func<JsonElement, T?> convert)
        where T : struct => Find(name) is not { } value ? null : convert(value) ?? throw Wrong(name, expected, value);

    private FormatException Wrong(string name, string expected, JsonElement value) =>
        new($"'{name}' of {_what} must be {expected}, but it is {Shown(value)}");
}
