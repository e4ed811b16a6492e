using System.Buffers;
using System.Text;
using System.Text.Json;

namespace KafkaSharp.Testing.Faults;

/// <summary>Faults that are added together, and their form in JSON: <c>kafka.Faults.Add(FaultPlan.Parse(json))</c>. Immutable.</summary>
/// <remarks>
/// A plan is one fault, an array of them, or an object with the array <c>faults</c>. A fault is an object with the <c>action</c>, the
/// parameters of the action, and what it affects:
/// <c>{ "action": "respond", "error": "NOT_LEADER_OR_FOLLOWER", "api": "Produce", "topic": "orders", "count": 2 }</c>. Names are those of
/// <see cref="FaultAction"/> and <see cref="Fault"/>; a time is a number of milliseconds or a duration of ISO 8601 (PT0.5S).
/// </remarks>
public sealed class FaultPlan(IEnumerable<Fault> faults)
{
    private const int MaxDepth = 8;

    /// <summary>The names of all actions in JSON.</summary>
    public static IReadOnlyList<string> Actions { get; } = [.. FaultForms.Actions.Select(form => form.Name)];

    public IReadOnlyList<Fault> Faults { get; } = [.. faults];

    /// <exception cref="FormatException">The text is not a plan; the message says where, why, and what is known.</exception>
    public static FaultPlan Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse(Encoding.UTF8.GetBytes(json));
    }

    /// <inheritdoc cref="Parse(string)"/>
    public static FaultPlan Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions
            {
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
                MaxDepth = MaxDepth,
            });
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The fault plan is not JSON: {e.Message}", e);
        }
    }

    /// <summary>The plan as an object with the array <c>faults</c>.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("faults");
            foreach (var fault in Faults)
                WriteFault(writer, fault);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes one fault as an object.</summary>
    public static void WriteFault(Utf8JsonWriter writer, Fault fault)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(fault);
        FaultForms.Write(writer, fault);
    }

    private static FaultPlan Read(JsonElement root) => root.ValueKind switch
    {
        JsonValueKind.Object when root.TryGetProperty("faults", out var faults) => root.GetPropertyCount() > 1
            ? throw new FormatException("A fault plan has 'faults' alone, or is one fault with an 'action'")
            : new FaultPlan(ReadAll(faults)),
        JsonValueKind.Object => new FaultPlan([FaultForms.Read(root)]),
        JsonValueKind.Array => new FaultPlan(ReadAll(root)),
        _ => throw new FormatException("A fault plan is an object or an array"),
    };

    private static List<Fault> ReadAll(JsonElement faults)
    {
        if (faults.ValueKind != JsonValueKind.Array)
            throw new FormatException("The 'faults' of a plan are an array");
        List<Fault> read = [];
        foreach (var fault in faults.EnumerateArray())
        {
            try
            {
                read.Add(FaultForms.Read(fault));
            }
            catch (FormatException e)
            {
                throw new FormatException($"faults[{read.Count}]: {e.Message}", e);
            }
        }
        return read;
    }
}
