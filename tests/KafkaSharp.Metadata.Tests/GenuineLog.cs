using System.Buffers;
using System.Text.Json;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft.Log;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Metadata.Tests;

/// <summary>The metadata log and the snapshots of a data directory that a genuine broker wrote.</summary>
internal sealed class GenuineLog
{
    public static readonly string[] All =
        ["stage1-uncleaned", "stage2-killed", "stage3-recovered", "cluster3-node1", "cluster3-node2", "cluster3-node3"];

    private GenuineLog()
    {
    }

    public List<CommittedBatch<MetadataRecord>> Batches { get; } = [];

    /// <summary>The records of each snapshot by the offset that ends it.</summary>
    public SortedDictionary<long, List<MetadataRecord>> Snapshots { get; } = [];

    /// <summary>The bytes of all data records, of the log and of snapshots.</summary>
    public List<byte[]> Values { get; } = [];

    public static GenuineLog Read(string directory)
    {
        var log = new GenuineLog();
        foreach (var line in Vectors.Lines($"log-dirs/{directory}.files.jsonl.gz"))
        {
            using var json = JsonDocument.Parse(line);
            var file = json.RootElement;
            var name = file.GetProperty("file").GetString()!;
            if (!name.Contains("__cluster_metadata-0/") || !file.TryGetProperty("batches", out var batches))
                continue;
            if (file.GetProperty("kind").GetString() == "log")
                log.Batches.AddRange(batches.EnumerateArray().Select(log.Batch));
            else
                log.Snapshots[long.Parse(Path.GetFileName(name).Split('-')[0])] = [.. batches.EnumerateArray().SelectMany(log.Records)];
        }
        return log;
    }

    /// <summary>The record at an offset.</summary>
    public MetadataRecord At(long offset)
    {
        var batch = Batches.Single(b => b.BaseOffset <= offset && b.LastOffset >= offset);
        return batch.Records[(int)(offset - batch.BaseOffset)];
    }

    /// <summary>The records from one offset to another, both included, no-op records left out.</summary>
    public IEnumerable<MetadataRecord> Between(long first, long last)
    {
        for (var offset = first; offset <= last; offset++)
        {
            if (At(offset) is { Message: not NoOpRecord } record)
                yield return record;
        }
    }

    /// <summary>The image of all batches that end before an offset.</summary>
    public MetadataImage ImageBefore(long offset)
    {
        var loader = new MetadataBatchLoader();
        foreach (var batch in Batches.Where(batch => batch.LastOffset < offset))
            loader.Load([batch], (_, _, _) => { });
        return loader.Image;
    }

    public static byte[] Bytes(MetadataRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        MetadataRecordSerde.Instance.Write(record, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Records as sorted text: equal where they say the same in any order.</summary>
    public static List<string> Sorted(IEnumerable<MetadataRecord> records) => [.. records.Select(Normal).Order(StringComparer.Ordinal)];

    /// <summary>What an image holds, as sorted text.</summary>
    public static List<string> Content(MetadataImage image) => Sorted(MetadataImageWriter.Records(image));

    private static string Normal(MetadataRecord record)
    {
        // Features of a registration are a map, which Kafka writes in the order of its hashes.
        switch (record.Message)
        {
            case RegisterBrokerRecord broker:
                broker.Features.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
                break;
            case RegisterControllerRecord controller:
                controller.Features.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
                break;
        }
        return $"{record.Message.GetType().Name} {Convert.ToHexStringLower(Bytes(record))}";
    }

    private CommittedBatch<MetadataRecord> Batch(JsonElement batch) => new(
        batch.GetProperty("baseOffset").GetInt64(), batch.GetProperty("lastOffset").GetInt64(),
        batch.GetProperty("partitionLeaderEpoch").GetInt32(), batch.GetProperty("maxTimestamp").GetInt64(),
        batch.GetProperty("sizeInBytes").GetInt32(), [.. Records(batch)]);

    private IEnumerable<MetadataRecord> Records(JsonElement batch)
    {
        if (batch.GetProperty("isControlBatch").GetBoolean())
            yield break;
        foreach (var record in batch.GetProperty("records").EnumerateArray())
        {
            var bytes = Convert.FromHexString(record.GetProperty("value").GetString()!);
            Values.Add(bytes);
            yield return MetadataRecordSerde.Instance.Read(bytes);
        }
    }
}
