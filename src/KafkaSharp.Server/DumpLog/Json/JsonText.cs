using System.Globalization;
using System.Text;

namespace KafkaSharp.Server.DumpLog.Json;

/// <summary>Writes JSON as Kafka's tools print it: without blanks, and with only those characters escaped that must be.</summary>
internal static class JsonText
{
    public static string Quote(string text)
    {
        var json = new StringBuilder(text.Length + 2).Append('"');
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append(@"\\"),
                '\b' => json.Append(@"\b"),
                '\t' => json.Append(@"\t"),
                '\n' => json.Append(@"\n"),
                '\f' => json.Append(@"\f"),
                '\r' => json.Append(@"\r"),
                < ' ' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
                _ => json.Append(character),
            };
        }
        return json.Append('"').ToString();
    }
}
