using KafkaSharp.Server.VerifyLog;

namespace KafkaSharp.Server.Tests.VerifyLog;

/// <summary>Keeps what a verification prints.</summary>
internal sealed class RecordedOutput : IVerifyOutput
{
    public List<Fault> Faults { get; } = [];

    public List<string> Changes { get; } = [];

    public List<Fault> Remains { get; } = [];

    public string? StartFailure { get; private set; }

    public VerifySummary Summary { get; private set; } = null!;

    public void Begin(string directory, int partitions, long bytes, bool isInUse)
    {
    }

    public void Fault(Fault fault) => Faults.Add(fault);

    public void Change(string text) => Changes.Add(text);

    public void Remaining(Fault fault) => Remains.Add(fault);

    public void StartFails(string reason) => StartFailure = reason;

    public void End(VerifySummary summary) => Summary = summary;
}
