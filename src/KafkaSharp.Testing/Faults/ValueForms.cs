using System.Collections.Frozen;
using System.Text.Json;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Testing.Time;

namespace KafkaSharp.Testing.Faults;

/// <summary>The types of values in the JSON of faults that have names of their own.</summary>
internal static class ValueForms
{
    public static ValueForm Error { get; } = Named(
        "an error of Kafka",
        Enum.GetValues<ErrorCode>().DistinctBy(error => error.Name()).ToDictionary(error => error.Name(), error => (object)error));

    public static ValueForm Api { get; } = Named(
        "an API of Kafka", Enum.GetValues<ApiKey>().ToDictionary(api => api.ToString(), api => (object)api));

    public static ValueForm Operation { get; } = Named(
        "an operation on a file",
        Enum.GetValues<FileOperation>().ToDictionary(
            operation => JsonNamingPolicy.CamelCase.ConvertName(operation.ToString()), operation => (object)operation));

    public static ValueForm Duration { get; } = new(
        "a number of milliseconds, or a duration of ISO 8601 such as PT0.5S",
        json => json.ValueKind switch
        {
            JsonValueKind.Number when json.TryGetDouble(out var ms) && Math.Abs(ms) < TimeSpan.MaxValue.TotalMilliseconds =>
                TimeSpan.FromMilliseconds(ms),
            JsonValueKind.String when IsoDuration.TryParse(json.GetString(), out var duration) => duration,
            _ => null,
        },
        value => IsoDuration.Format((TimeSpan)value));

    private static ValueForm Named(string what, Dictionary<string, object> values)
    {
        var byName = values.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        var names = values.ToDictionary(pair => pair.Value, pair => pair.Key).ToFrozenDictionary();
        return new(
            $"{what}, one of {string.Join(", ", values.Keys.Order(StringComparer.Ordinal))}",
            json => json.ValueKind == JsonValueKind.String ? byName.GetValueOrDefault(json.GetString()!) : null,
            value => names[value]);
    }
}
