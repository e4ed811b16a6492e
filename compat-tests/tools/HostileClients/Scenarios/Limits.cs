namespace HostileClients.Scenarios;

/// <summary>
/// What a scenario allows. Delays are those of other clients, in addition to what they had in the undisturbed run just before and to what
/// the machine itself was late. Memory is the broker's anonymous memory above what it had before the attack.
/// </summary>
/// <param name="WorstMs">The longest delay of any other client.</param>
/// <param name="P99Ms">The 99th percentile over time.</param>
/// <param name="PeakMb">The growth during the attack, in MB.</param>
/// <param name="KeptMb">The growth that is left a few seconds after the attack's connections were closed, in MB.</param>
/// <param name="CpuSeconds">The broker's processor time for one request of the attack; 0 for no bound.</param>
internal sealed record Limits(double WorstMs = 400, double P99Ms = 150, int PeakMb = 300, int KeptMb = 150, double CpuSeconds = 0)
{
    /// <summary>Factor on the delays of the undisturbed run.</summary>
    public const double Factor = 3;
}
