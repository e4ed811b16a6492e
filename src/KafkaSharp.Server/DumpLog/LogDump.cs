using System.Globalization;
using System.Text;
using KafkaSharp.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Server.DumpLog;

/// <summary>
/// Prints the batches of a segment or of a metadata snapshot, and their records (Kafka's <c>DumpLogSegments.dumpLog</c>).
/// </summary>
/// <remarks>Kafka's tool also reports a gap before the first record of each segment that does not begin at 0; here that is none.</remarks>
internal sealed class LogDump(DumpOptions options, DumpFindings findings, TextWriter output)
{
    private readonly ControlTexts _control = new();
    private long _lastOffset;

    public void Print(string path)
    {
        PrintTitle(path);
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length > options.MaxBytes)
            bytes = bytes[..options.MaxBytes];
        _lastOffset = -1;
        var batches = new RecordBatchReader(bytes);
        try
        {
            while (batches.MoveNext())
                PrintBatch(path, batches.Current, batches.Position);
        }
        catch (RecordsException exception)
        {
            output.WriteLine($"The batch at position {batches.Consumed} cannot be read: {exception.Message}");
        }
        if (batches.Consumed < bytes.Length && options.MaxBytes == int.MaxValue)
            output.WriteLine($"Found {bytes.Length - batches.Consumed} invalid bytes at the end of {path}");
    }

    private void PrintTitle(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path.AsSpan());
        if (path.EndsWith(LogFileNames.LogSuffix, StringComparison.Ordinal))
        {
            output.WriteLine(long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                ? $"Log starting offset: {offset}"
                : $"The name of {path} is not an offset");
        }
        else
        {
            var dash = name.IndexOf('-');
            output.WriteLine(
                dash > 0 && long.TryParse(name[..dash], out var end) && int.TryParse(name[(dash + 1)..], out var epoch)
                    ? $"Snapshot end offset: {end}, epoch: {epoch}"
                    : $"The name of {path} is not an offset and an epoch");
        }
    }

    private void PrintBatch(string path, RecordBatch batch, int position)
    {
        var text = new StringBuilder();
        if (batch.Magic >= 2)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"baseOffset: {batch.BaseOffset} lastOffset: {batch.LastOffset} count: {batch.CountOrNull} ");
            text.Append(CultureInfo.InvariantCulture,
                $"baseSequence: {batch.BaseSequence} lastSequence: {batch.LastSequence} producerId: {batch.ProducerId} ");
            text.Append(CultureInfo.InvariantCulture, $"producerEpoch: {batch.ProducerEpoch} ");
            text.Append(CultureInfo.InvariantCulture,
                $"partitionLeaderEpoch: {batch.PartitionLeaderEpoch} isTransactional: {Java(batch.IsTransactional)} ");
            text.Append(CultureInfo.InvariantCulture,
                $"isControl: {Java(batch.IsControlBatch)} deleteHorizonMs: {OptionalLong(batch.DeleteHorizonMs)}");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"offset: {batch.LastOffset}");
        }
        text.Append(CultureInfo.InvariantCulture, $" position: {position} {batch.TimestampType}: {batch.MaxTimestamp}");
        text.Append(CultureInfo.InvariantCulture,
            $" size: {batch.SizeInBytes} magic: {batch.Magic} compresscodec: {Codec(batch)} ");
        text.Append(CultureInfo.InvariantCulture, $"crc: {batch.Crc} isvalid: {Java(batch.IsValid)}");
        output.WriteLine(text);
        if (options.IsDeep || options.Records is not null)
            PrintRecords(path, batch);
    }

    private void PrintRecords(string path, RecordBatch batch)
    {
        using var records = new RecordReader(batch);
        while (records.MoveNext())
        {
            ref readonly var record = ref records.Current;
            if (_lastOffset >= 0 && record.Offset != _lastOffset + 1)
                findings.Gap(path, _lastOffset, record.Offset);
            _lastOffset = record.Offset;
            if (!options.SkipsRecordMetadata || !batch.IsControlBatch)
                output.WriteLine(TextOf(batch, record));
        }
    }

    private string TextOf(RecordBatch batch, in Record record)
    {
        var text = new StringBuilder("|");
        if (!options.SkipsRecordMetadata)
        {
            text.Append(CultureInfo.InvariantCulture, $" offset: {record.Offset} {batch.TimestampType}: {record.Timestamp} ");
            text.Append(CultureInfo.InvariantCulture, $"keySize: {(record.HasKey ? record.Key.Length : -1)} ");
            text.Append(CultureInfo.InvariantCulture, $"valueSize: {(record.HasValue ? record.Value.Length : -1)}");
            if (batch.Magic >= 2)
                text.Append(CultureInfo.InvariantCulture, $" sequence: {record.Sequence} headerKeys: [{HeaderKeys(record)}]");
            if (batch.IsControlBatch)
                return text.Append(' ').Append(_control.Of(record)).ToString();
        }
        var (key, payload) = options.Records?.Of(record) ?? default;
        if (key is not null)
            text.Append(" key: ").Append(key);
        if (payload is not null)
            text.Append(" payload: ").Append(payload);
        return text.ToString();
    }

    private static string HeaderKeys(in Record record)
    {
        var keys = new List<string>(record.HeaderCount);
        foreach (var header in record.Headers)
            keys.Add(JavaUtf8.GetString(header.Key));
        return string.Join(',', keys);
    }

    private static string Codec(RecordBatch batch) => batch.Compression switch
    {
        CompressionType.None => "none",
        CompressionType.Gzip => "gzip",
        CompressionType.Snappy => "snappy",
        CompressionType.Lz4 => "lz4",
        CompressionType.Zstd => "zstd",
        var other => other.ToString(),
    };

    private static string Java(bool value) => value ? "true" : "false";

    private static string OptionalLong(long? value) =>
        value is { } number ? string.Create(CultureInfo.InvariantCulture, $"OptionalLong[{number}]") : "OptionalLong.empty";
}
