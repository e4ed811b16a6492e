using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Server.DumpLog;

/// <summary>
/// Prints files of a partition's directory, each by the end of its name, then what is wrong (Kafka's <c>DumpLogSegments</c>).
/// </summary>
internal sealed class FileDump(DumpOptions options, IDumpOutput output)
{
    private const string Checkpoint = ".checkpoint";

    private readonly DumpFindings _findings = new();

    /// <exception cref="DumpException">A file is not there, or is not what its name says.</exception>
    public void Print(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            output.BeginFile(path);
            if (!File.Exists(path))
                throw new DumpException($"There is no file {path}");
            PrintFile(path);
        }
        _findings.WriteTo(output);
    }

    private void PrintFile(string path)
    {
        switch (Path.GetExtension(path))
        {
            case LogFileNames.LogSuffix:
                new LogDump(options, _findings, output).Print(path);
                break;
            case Checkpoint when options.ReadsSnapshots:
                new LogDump(options, _findings, output).Print(path);
                break;
            case LogFileNames.OffsetIndexSuffix:
                new IndexDump(options, _findings, output).PrintOffsets(path);
                break;
            case LogFileNames.TimeIndexSuffix:
                new IndexDump(options, _findings, output).PrintTimes(path);
                break;
            case LogFileNames.TransactionIndexSuffix:
                TransactionIndexDump.Print(path, output);
                break;
            case LogFileNames.ProducerSnapshotSuffix:
                PrintSnapshot(path);
                break;
            default:
                output.Note($"Ignoring unknown file {path}");
                break;
        }
    }

    private void PrintSnapshot(string path)
    {
        try
        {
            ProducerSnapshotDump.Print(path, output);
        }
        catch (InvalidDataException exception)
        {
            throw new DumpException($"{path}: {exception.Message}");
        }
    }
}
