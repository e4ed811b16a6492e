using KafkaSharp.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Server.DumpLog;

/// <summary>Names in records, as Kafka's tool prints them.</summary>
internal static class RecordNames
{
    public static string Codec(CompressionType codec) => codec switch
    {
        CompressionType.None => "none",
        CompressionType.Gzip => "gzip",
        CompressionType.Snappy => "snappy",
        CompressionType.Lz4 => "lz4",
        CompressionType.Zstd => "zstd",
        var other => other.ToString(),
    };

    public static List<string> HeaderKeys(in Record record)
    {
        var keys = new List<string>(record.HeaderCount);
        foreach (var header in record.Headers)
            keys.Add(JavaUtf8.GetString(header.Key));
        return keys;
    }
}
