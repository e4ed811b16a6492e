namespace KafkaSharp.Testing.Faults;

/// <summary>A fault that affects something.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="Held">Completes when the fault lets it go on; completed where the fault does not hold.</param>
internal sealed record FaultEffect(ActiveFault Fault, Task Held)
{
    public FaultAction Action => Fault.Fault.Action;
}
