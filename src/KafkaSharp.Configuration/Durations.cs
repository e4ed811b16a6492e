namespace KafkaSharp.Configuration;

/// <summary>
/// Converts numbers of a configuration to durations. A number beyond the range of <see cref="TimeSpan"/> gives its minimum or maximum.
/// </summary>
public static class Durations
{
    public static TimeSpan OfMilliseconds(long value) => Of(value, TimeSpan.TicksPerMillisecond);

    public static TimeSpan OfSeconds(long value) => Of(value, TimeSpan.TicksPerSecond);

    private static TimeSpan Of(long value, long ticks) =>
        value > long.MaxValue / ticks ? TimeSpan.MaxValue : value < long.MinValue / ticks ? TimeSpan.MinValue : new TimeSpan(value * ticks);
}
