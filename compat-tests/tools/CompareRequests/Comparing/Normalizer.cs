using System.Globalization;
using System.Text.RegularExpressions;
using CompareRequests.Running;
using CompareRequests.Schemas;
using CompareRequests.Wire;

namespace CompareRequests.Comparing;

/// <summary>
/// Replaces what legitimately differs between two brokers: ids they chose, ports, directories, times, positions of the metadata log. Lists
/// of structs and names are sorted, because the order of Kafka's lists is often that of a hash map.
/// </summary>
internal static partial class Normalizer
{
    // Zero and negative values say something; others are only different.
    private static readonly HashSet<string> s_numbers =
    [
        "SessionId", "BrokerEpoch", "LogAppendTimeMs", "LastFetchTimestamp", "LastCaughtUpTimestamp", "TotalBytes", "UsableBytes",
        "ProducerId", "ProducerIdStart", "MetadataOffset", "FinalizedFeaturesEpoch",
    ];

    private static readonly HashSet<string> s_quorumNumbers = ["HighWatermark", "LogEndOffset", "LeaderEpoch"];

    public static Dictionary<string, object?> Normalize(Dictionary<string, object?> response, Broker broker) =>
        (Dictionary<string, object?>)Normalize(response, "", broker, response.ContainsKey("Topics") && IsQuorum(response))!;

    private static bool IsQuorum(Dictionary<string, object?> response) =>
        Broker.Find(response, "Topics[0].Partitions[0].CurrentVoters") is not null;

    private static object? Normalize(object? value, string field, Broker broker, bool quorum) => value switch
    {
        Dictionary<string, object?> fields =>
            fields.ToDictionary(f => f.Key, f => Normalize(f.Value, f.Key, broker, quorum), StringComparer.Ordinal),
        List<object?> list => Sorted(list.ConvertAll(item => Normalize(item, field, broker, quorum))),
        string text => Text(text, broker),
        long number when number > 0 && (s_numbers.Contains(field) || (quorum && s_quorumNumbers.Contains(field))) => "<number>",
        long number when number == broker.Address.Port => "<port>",
        long number when number == broker.Address.Port + 1 => "<controller port>",
        _ => value,
    };

    private static List<object?> Sorted(List<object?> list) => [.. list.OrderBy(Values.Text, StringComparer.Ordinal)];

    private static string Text(string text, Broker broker)
    {
        if (text.Length < 22)
            return text;
        if (text.Length == 22 && text[..20] != UuidText.Zero[..20])
            return broker.Variables.NameOf(text) is { } name ? $"<{name}>" : Uuid().Replace(text, "<uuid>");
        text = text.Replace(broker.Directory, "<directory>", StringComparison.Ordinal)
            .Replace(broker.Address.Port.ToString(CultureInfo.InvariantCulture), "<port>", StringComparison.Ordinal);
        return Time().Replace(LongUuid().Replace(Uuid().Replace(text, "<uuid>"), "<uuid>"), "<time>");
    }

    [GeneratedRegex(@"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?!AAAAAAAAAAAAAAAA)[\w-]{22}(?![\w-])")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\d{13,}")]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex LongUuid();
}
