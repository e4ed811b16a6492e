namespace HostileClients.Measuring;

/// <summary>Delays in milliseconds.</summary>
internal readonly record struct DelaySummary(int Count, double P99, double Worst)
{
    public override string ToString() => $"{Text(P99)}/{Text(Worst)}";

    public static string Text(double milliseconds) =>
        milliseconds.ToString(milliseconds < 10 ? "F1" : "F0", System.Globalization.CultureInfo.InvariantCulture);
}
