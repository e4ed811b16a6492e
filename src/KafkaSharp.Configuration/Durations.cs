namespace KafkaSharp.Configuration;

/// <summary>Durations from numbers of a configuration; what is longer than a <see cref="TimeSpan"/> can be is as long as one can be.</summary>
public static class Durations
{
    public static TimeSpan OfMilliseconds(long value) => Of(value, TimeSpan.TicksPerMillisecond);

    public static TimeSpan OfSeconds(long value) => Of(value, TimeSpan.TicksPerSecond);

    private static TimeSpan Of(long value, long ticks) =>
        value > long.MaxValue / ticks ? TimeSpan.MaxValue : value < long.MinValue / ticks ? TimeSpan.MinValue : new TimeSpan(value * ticks);
}
