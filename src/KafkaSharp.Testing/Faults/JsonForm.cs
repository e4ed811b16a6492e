using System.Text.Json;

namespace KafkaSharp.Testing.Faults;

/// <summary>A named value in JSON.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">How values are read and written.</param>
internal sealed record JsonForm(string Name, ValueForm Type)
{
    public static readonly ValueForm Text = new(
        "a text", json => json.ValueKind == JsonValueKind.String ? json.GetString() : null, value => value);

    public static readonly ValueForm WholeNumber = new(
        "a whole number",
        json => json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var number) ? number : null,
        value => value);

    public static readonly ValueForm Number = new(
        "a number", json => json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var number) ? number : null, value => value);

    /// <exception cref="FormatException">It is of another type.</exception>
    public object Read(JsonElement json) =>
        Type.Read(json) ?? throw new FormatException($"'{Name}' must be {Type.Expected}, but it is {json.GetRawText()}");

    /// <exception cref="FormatException">It is absent, or of another type.</exception>
    public object ReadFrom(JsonElement fault, string action) => fault.TryGetProperty(Name, out var value)
        ? Read(value)
        : throw new FormatException($"The action {action} needs '{Name}': {Type.Expected}");

    public void Write(Utf8JsonWriter writer, object value)
    {
        switch (Type.Write(value))
        {
            case int number:
                writer.WriteNumber(Name, number);
                break;
            case double number:
                writer.WriteNumber(Name, number);
                break;
            case var text:
                writer.WriteString(Name, (string)text);
                break;
        }
    }
}

/// <summary>The type of a value in JSON.</summary>
/// <param name="Expected">What it is, for messages.</param>
/// <param name="Read">The value; null if it is of another type.</param>
/// <param name="Write">The text or number for a value.</param>
internal sealed record ValueForm(string Expected, Func<JsonElement, object?> Read, Func<object, object> Write);
