using System.Collections;
using System.Globalization;
using System.Reflection;
using KafkaSharp.Protocol;

namespace HostileClients.Wire;

/// <summary>What a response holds, in a line: its size, the number of entries of each list and of each error code.</summary>
internal static class ResponseFacts
{
    private const int LargestDecoded = 32 * 1024 * 1024;

    public static int LargestKept => LargestDecoded;

    public static string Describe(RequestFrame frame, int size, byte[]? body)
    {
        var head = Size(size);
        if (body is null)
            return head + ", not decoded";
        object response;
        try
        {
            response = frame.Decode(body);
        }
        catch (ProtocolException e)
        {
            return $"{head}, not readable: {e.Message}";
        }
        var (lists, errors) = (new Dictionary<string, long>(), new SortedDictionary<string, long>(StringComparer.Ordinal));
        Walk(response, lists, errors);
        var parts = lists.Where(pair => pair.Value > 0).Select(pair => $"{pair.Value} {pair.Key}")
            .Concat(errors.Select(pair => $"{pair.Key} x{pair.Value}"));
        return $"{head}, {string.Join(", ", parts)}";
    }

    public static string Size(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} B",
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F0} KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F0} MB"),
    };

    private static void Walk(object value, Dictionary<string, long> lists, SortedDictionary<string, long> errors)
    {
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length > 0)
                continue;
            if (property.PropertyType == typeof(ErrorCode))
            {
                var name = property.GetValue(value)!.ToString()!;
                errors[name] = errors.GetValueOrDefault(name) + 1;
            }
            else if (property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(List<>))
            {
                if (property.Name == "UnknownTaggedFields" || property.GetValue(value) is not IList list)
                    continue;
                lists[property.Name] = lists.GetValueOrDefault(property.Name) + list.Count;
                var element = property.PropertyType.GetGenericArguments()[0];
                if (!element.IsClass || element == typeof(string))
                    continue;
                foreach (var item in list)
                    Walk(item!, lists, errors);
            }
        }
    }
}
