using System.Globalization;
using KafkaSharp.Testing.Time;

namespace KafkaSharp.Http.Control;

/// <summary>The parameters of a query, which are among those of the route.</summary>
internal sealed class QueryFields(HttpRequest request)
{
    public string? Text(string name) => request.Query.GetValueOrDefault(name);

    public int? WholeNumber(string name) => (int?)LongNumber(name, int.MaxValue);

    public long? LongNumber(string name, long most = long.MaxValue) => Text(name) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number
        : throw new FormatException($"The parameter {name} must be a whole number up to {most}, but it is '{text}'");

    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" or "" => true,
        var text => throw new FormatException($"The parameter {name} must be true or false, but it is '{text}'"),
    };

    /// <summary>How long to wait; ten seconds unless it is given, five minutes at most.</summary>
    public TimeSpan Timeout() => Text("timeout") is not { } text ? TimeSpan.FromSeconds(10)
        : (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) ? TimeSpan.FromMilliseconds(ms)
            : IsoDuration.TryParse(text, out var duration) ? duration : TimeSpan.MaxValue) is var timeout
        && timeout <= TimeSpan.FromMinutes(5) ? timeout
        : throw new FormatException(
            $"The timeout must be a number of milliseconds or a duration of ISO 8601 up to PT5M, but it is '{text}'");
}
