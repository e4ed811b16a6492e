using System.Text.Json;

namespace KafkaSharp.Http.Control;

/// <summary>Writes a sequence as a field that is an array.</summary>
internal static class JsonArrays
{
    public static void WriteTexts(this Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    /// <param name="writer">The object that gets the field.</param>
    /// <param name="name">The name of the field.</param>
    /// <param name="items">The items, each of which becomes an object.</param>
    /// <param name="writeFields">Writes the fields of an item.</param>
    public static void WriteObjects<T>(
        this Utf8JsonWriter writer, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> writeFields)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            writeFields(writer, item);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
