using System.Globalization;
using System.Text;

namespace KafkaSharp.Testing.Time;

/// <summary>Durations as ISO 8601 writes them: P7D, PT1H30M, PT0.5S. Without years and months, whose length is not fixed.</summary>
public static class IsoDuration
{
    private static readonly (char Unit, long Ticks)[] s_dates = [('W', 7 * TimeSpan.TicksPerDay), ('D', TimeSpan.TicksPerDay)];
    private static readonly (char Unit, long Ticks)[] s_times =
        [('H', TimeSpan.TicksPerHour), ('M', TimeSpan.TicksPerMinute), ('S', TimeSpan.TicksPerSecond)];

    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        if (rest.Length < 3 || rest[0] != 'P')
            return false;
        rest = rest[1..];
        decimal ticks = 0;
        var at = rest.IndexOf('T');
        if (at >= 0 && (at == rest.Length - 1 || !TryAdd(rest[(at + 1)..], s_times, ref ticks)))
            return false;
        if (!TryAdd(at < 0 ? rest : rest[..at], s_dates, ref ticks) || ticks > TimeSpan.MaxValue.Ticks)
            return false;
        duration = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    public static string Format(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        if (duration == TimeSpan.Zero)
            return "PT0S";
        var text = new StringBuilder("P");
        if (duration.Days > 0)
            text.Append(CultureInfo.InvariantCulture, $"{duration.Days}D");
        var time = duration - TimeSpan.FromDays(duration.Days);
        if (time == TimeSpan.Zero)
            return text.ToString();
        text.Append('T');
        if (time.Hours > 0)
            text.Append(CultureInfo.InvariantCulture, $"{time.Hours}H");
        if (time.Minutes > 0)
            text.Append(CultureInfo.InvariantCulture, $"{time.Minutes}M");
        var seconds = (time.Ticks % TimeSpan.TicksPerMinute) / (decimal)TimeSpan.TicksPerSecond;
        if (seconds > 0)
            text.Append(CultureInfo.InvariantCulture, $"{seconds:0.#######}S");
        return text.ToString();
    }

    // Numbers with their units, each unit at most once and in this order.
    private static bool TryAdd(ReadOnlySpan<char> text, (char Unit, long Ticks)[] units, ref decimal ticks)
    {
        foreach (var (unit, length) in units)
        {
            var end = text.IndexOf(unit);
            if (end < 0)
                continue;
            if (!decimal.TryParse(text[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || number > TimeSpan.MaxValue.Ticks / length)
                return false;
            ticks += number * length;
            text = text[(end + 1)..];
        }
        return text.IsEmpty;
    }
}
