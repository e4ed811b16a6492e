using System.Text;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Building;

namespace KafkaSharp.Benchmarks;

/// <summary>Batches of about 16 KB with JSON-like records, in the form that a producer sends.</summary>
internal static class SampleRecords
{
    public const int BatchBytes = 16 * 1024;

    public static byte[] Batch(int recordSize, CompressionType compression, out int count)
    {
        using var builder = new RecordBatchBuilder(
            new RecordBatchOptions { Compression = compression, ProducerId = 7, ProducerEpoch = 0, BaseSequence = 0 });
        var random = new Random(1);
        while (builder.UncompressedSize < BatchBytes)
            builder.Append(
                1_700_000_000_000 +
                    builder.RecordCount, Encoding.ASCII.GetBytes($"key-{random.Next(1000)}"), Value(recordSize - 16, random));
        count = builder.RecordCount;
        return builder.Build().ToArray();
    }

    public static byte[] Text(int length)
    {
        var random = new Random(2);
        return Value(length, random);
    }

    private static byte[] Value(int length, Random random)
    {
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append("{\"id\":").Append(random.Next()).Append(",\"name\":\"user-").Append(random.Next(5000))
                .Append("\",\"active\":true},");
        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }
}
