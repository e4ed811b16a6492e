using System.Globalization;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Server.DumpLog;

/// <summary>
/// Prints the batches of a segment or of a metadata snapshot, and their records (Kafka's <c>DumpLogSegments.dumpLog</c>).
/// </summary>
/// <remarks>Kafka's tool also reports a gap before the first record of each segment that does not begin at 0; here that is none.</remarks>
internal sealed class LogDump(DumpOptions options, DumpFindings findings, IDumpOutput output)
{
    private long _lastOffset;

    public void Print(string path)
    {
        PrintTitle(path);
        using var file = PhysicalFileSystem.Instance.OpenToRead(path);
        var end = Math.Min(file.Length, options.MaxBytes);
        _lastOffset = -1;
        using var batches = new BatchScan(file, end);
        try
        {
            while (batches.MoveNext())
                PrintBatch(path, batches.Current, batches.Position);
        }
        catch (RecordsException exception)
        {
            output.Note($"The batch at position {batches.Consumed} cannot be read: {exception.Message}");
        }
        if (batches.Consumed < end && options.MaxBytes == int.MaxValue)
            output.Note($"Found {end - batches.Consumed} invalid bytes at the end of {path}");
    }

    private void PrintTitle(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path.AsSpan());
        if (path.EndsWith(LogFileNames.LogSuffix, StringComparison.Ordinal))
        {
            if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
                output.BeginLog(offset);
            else
                output.Note($"The name of {path} is not an offset");
            return;
        }
        var dash = name.IndexOf('-');
        if (dash > 0 && long.TryParse(name[..dash], out var end) && int.TryParse(name[(dash + 1)..], out var epoch))
            output.BeginSnapshot(end, epoch);
        else
            output.Note($"The name of {path} is not an offset and an epoch");
    }

    private void PrintBatch(string path, in RecordBatch batch, long position)
    {
        output.Batch(batch, position);
        if (!options.IsDeep && options.Records is null)
            return;
        using var records = new RecordReader(batch);
        while (records.MoveNext())
        {
            ref readonly var record = ref records.Current;
            if (_lastOffset >= 0 && record.Offset != _lastOffset + 1)
                findings.Gap(path, _lastOffset, record.Offset);
            _lastOffset = record.Offset;
            if (!options.SkipsRecordMetadata || !batch.IsControlBatch)
                output.Record(batch, record);
        }
    }
}
