using System.Globalization;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>Prints a verification for people to read.</summary>
internal sealed class VerifyText(TextWriter output) : IVerifyOutput
{
    private bool _hasChanges;
    private bool _hasRemaining;

    public void Begin(string directory, int partitions, long bytes, bool isInUse)
    {
        output.WriteLine($"Verifying {directory}: {Count(partitions, "partition")}, {ByteText.Of(bytes)}");
        if (isInUse)
        {
            output.WriteLine(
                "A broker uses the directory: what it has not finished writing looks wrong here. Stop it for a result that is certain.");
        }
        output.Flush();
    }

    public void Fault(Fault fault)
    {
        output.WriteLine(fault);
        output.Flush();
    }

    public void Change(string text)
    {
        if (!_hasChanges)
            output.WriteLine("A start of the broker would log:");
        _hasChanges = true;
        output.WriteLine($"  {text}");
    }

    public void Remaining(Fault fault)
    {
        if (!_hasRemaining)
            output.WriteLine("After a start this would still be wrong:");
        _hasRemaining = true;
        output.WriteLine($"  {fault}");
    }

    public void StartFails(string reason) => output.WriteLine($"The broker would not start: {reason}");

    public void End(VerifySummary summary)
    {
        var counts = summary.Counts;
        var read = $"{Count(counts.Partitions, "partition")}, {Count(counts.Segments, "segment")}, {Count(counts.Batches, "batch", "es")}";
        output.WriteLine(summary.Faults == 0
            ? $"Verified {read}: nothing is wrong"
            : $"Verified {read}: {Count(summary.Faults, "fault")}; after a start {summary.Remaining:N0}");
    }

    private static string Count(long count, string noun, string plural = "s") =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : plural)}");
}
