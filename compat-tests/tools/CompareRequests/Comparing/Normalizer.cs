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
        "ProducerId", "ProducerIdStart", "MetadataOffset", "FinalizedFeaturesEpoch", "TransactionStartTimeMs", "LastTimestamp",
    ];

    private static readonly HashSet<string> s_quorumNumbers = ["HighWatermark", "LogEndOffset", "LeaderEpoch"];

    // Lists whose elements are compared by a key, so that one that only a single broker has is one difference.
    private static readonly Dictionary<string, string> s_keyed = new(StringComparer.Ordinal)
    {
        ["ApiKeys"] = "ApiKey", ["SupportedFeatures"] = "Name", ["FinalizedFeatures"] = "Name", ["Configs"] = "Name", ["Topics"] = "Name",
    };

    public static Dictionary<string, object?> Normalize(Dictionary<string, object?> response, Broker broker) =>
        (Dictionary<string, object?>)Normalize(response, "", broker, response.ContainsKey("Topics") && IsQuorum(response))!;

    private static bool IsQuorum(Dictionary<string, object?> response) =>
        Broker.Find(response, "Topics[0].Partitions[0].CurrentVoters") is not null;

    private static object? Normalize(object? value, string field, Broker broker, bool quorum) => value switch
    {
        Dictionary<string, object?> fields =>
            fields.ToDictionary(f => f.Key, f => Normalize(f.Value, f.Key, broker, quorum), StringComparer.Ordinal),
        List<object?> list when s_keyed.TryGetValue(field, out var key) && Keyed(list, key) is { } keyed =>
            Normalize(keyed, "", broker, quorum),
        List<object?> list => Sorted(list.ConvertAll(item => Normalize(item, field, broker, quorum))),
        string text => Text(text, broker),
        byte[] records when field == "Records" => FetchedRecords.Normalize(records),
        long number when number > 0 && field == "ProducerId" && broker.Variables.NameOf(number) is { } name => $"<{name}>",
        long number when number > 0 && (s_numbers.Contains(field) || (quorum && s_quorumNumbers.Contains(field))) => "<number>",
        long number when field == "Port" && number == broker.Address.Port => "<port>",
        long number when field == "Port" && number == broker.Address.Port + 1 => "<controller port>",
        _ => value,
    };

    private static Dictionary<string, object?>? Keyed(List<object?> list, string key)
    {
        var keyed = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var item in list)
        {
            if (item is not Dictionary<string, object?> fields || !keyed.TryAdd(Values.Text(fields.GetValueOrDefault(key)), fields))
                return null;
        }
        return keyed;
    }

    private static List<object?> Sorted(List<object?> list) => [.. list.OrderBy(Values.Text, StringComparer.Ordinal)];

    private static string Text(string text, Broker broker)
    {
        if (text.Length < 12)
            return text;
        if (text.Length == 22 && text[..20] != UuidText.Zero[..20])
            return broker.Variables.NameOf(text) is { } name ? $"<{name}>" : Uuid().Replace(text, "<uuid>");
        text = text.Replace(broker.Directory, "<directory>", StringComparison.Ordinal);
        text = Number().Replace(text, number => Port(number.Value, broker));
        return Time().Replace(LongUuid().Replace(Uuid().Replace(text, "<uuid>"), "<uuid>"), "<time>");
    }

    // Whole numbers only: the digits of a port also occur within larger ones.
    private static string Port(string number, Broker broker) =>
        !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? number
        : value == broker.Address.Port ? "<port>"
        : value == broker.Address.Port + 1 ? "<controller port>"
        : number;

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?!AAAAAAAAAAAAAAAA)[\w-]{22}(?![\w-])")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\d{13,}")]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex LongUuid();
}
