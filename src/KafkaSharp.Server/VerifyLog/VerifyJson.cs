using System.Text.Json;
using KafkaSharp.Server.DumpLog.Json;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>Prints a verification for programs to read: one JSON object a line, whose <c>type</c> says what it is.</summary>
internal sealed class VerifyJson(TextWriter output) : IVerifyOutput
{
    private readonly JsonLines _lines = new(output);

    public void Begin(string directory, int partitions, long bytes, bool isInUse) => Write("directory", json =>
    {
        json.WriteString("path", directory);
        json.WriteNumber("partitions", partitions);
        json.WriteNumber("bytes", bytes);
        json.WriteBoolean("isInUse", isInUse);
    });

    public void Fault(Fault fault) => Write("fault", json => WriteFault(json, fault));

    public void Change(string text) => Write("changeAtStart", json => json.WriteString("text", text));

    public void Remaining(Fault fault) => Write("faultAfterStart", json => WriteFault(json, fault));

    public void StartFails(string reason) => Write("startFails", json => json.WriteString("text", reason));

    public void End(VerifySummary summary) => Write("summary", json =>
    {
        json.WriteNumber("partitions", summary.Counts.Partitions);
        json.WriteNumber("segments", summary.Counts.Segments);
        json.WriteNumber("batches", summary.Counts.Batches);
        json.WriteNumber("bytes", summary.Counts.Bytes);
        json.WriteNumber("faults", summary.Faults);
        json.WriteNumber("changesAtStart", summary.Changes);
        json.WriteNumber("faultsAfterStart", summary.Remaining);
    });

    private static void WriteFault(Utf8JsonWriter json, Fault fault)
    {
        json.WriteString("file", fault.File);
        if (fault.Position is { } position)
            json.WriteNumber("position", position);
        json.WriteString("text", fault.Text);
    }

    private void Write(string type, Action<Utf8JsonWriter> properties)
    {
        _lines.Write(type, properties);
        _lines.Flush();
    }
}
