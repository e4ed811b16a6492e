using System.Buffers;
using System.Text.Json;

namespace KafkaSharp.Http;

/// <summary>A response. Immutable.</summary>
/// <param name="Status">The status code.</param>
/// <param name="ContentType">The media type of the body; null without one.</param>
/// <param name="Body">The body.</param>
public sealed record HttpResponse(int Status, string? ContentType, ReadOnlyMemory<byte> Body)
{
    private const string JsonType = "application/json";
    private const string ProblemType = "application/problem+json";

    /// <summary>Done, and nothing to say.</summary>
    public static HttpResponse NoContent { get; } = new(204, null, default);

    /// <summary>A JSON object.</summary>
    public static HttpResponse Json(Action<Utf8JsonWriter> writeFields, int status = 200) => Object(status, JsonType, writeFields);

    /// <summary>JSON that is written already.</summary>
    public static HttpResponse Json(ReadOnlyMemory<byte> json) => new(200, JsonType, json);

    /// <summary>An error as problem details (RFC 9457).</summary>
    /// <param name="status">The status code.</param>
    /// <param name="detail">What is wrong, as a sentence.</param>
    /// <param name="error">Kafka's name of the error, where a request of Kafka failed.</param>
    public static HttpResponse Problem(int status, string detail, string? error = null) => Object(status, ProblemType, writer =>
    {
        writer.WriteString("type", "about:blank");
        writer.WriteString("title", ReasonOf(status));
        writer.WriteNumber("status", status);
        writer.WriteString("detail", detail);
        if (error is not null)
            writer.WriteString("error", error);
    });

    /// <summary>The phrase of a status code.</summary>
    public static string ReasonOf(int status) => status switch
    {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Internal Server Error",
    };

    private static HttpResponse Object(int status, string type, Action<Utf8JsonWriter> writeFields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writeFields(writer);
            writer.WriteEndObject();
        }
        return new HttpResponse(status, type, buffer.WrittenMemory);
    }
}
