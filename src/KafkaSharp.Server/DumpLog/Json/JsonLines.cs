using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KafkaSharp.Server.DumpLog.Json;

/// <summary>Writes one JSON object a line; its first property, <c>type</c>, says what it is.</summary>
internal sealed class JsonLines(TextWriter output)
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public void Write(string type, Action<Utf8JsonWriter> properties)
    {
        using var line = Begin(type);
        properties(line.Json);
    }

    /// <summary>Begins a line, which is written when the result is disposed.</summary>
    public Line Begin(string type)
    {
        _buffer.Clear();
        var json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("type", type);
        return new Line(this, json);
    }

    public void Flush() => output.Flush();

    private void End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Dispose();
        output.WriteLine(Encoding.UTF8.GetString(_buffer.WrittenSpan));
    }

    /// <summary>A line that has begun.</summary>
    public readonly struct Line(JsonLines lines, Utf8JsonWriter json) : IDisposable
    {
        public Utf8JsonWriter Json => json;

        public void Dispose() => lines.End(json);
    }
}
