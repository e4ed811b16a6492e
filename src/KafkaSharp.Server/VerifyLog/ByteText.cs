using System.Globalization;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>A number of bytes in a form for people: 812 bytes, 3.4 MB.</summary>
internal static class ByteText
{
    private static readonly string[] s_units = ["kB", "MB", "GB", "TB"];

    public static string Of(long bytes)
    {
        if (bytes < 1000)
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
        var value = bytes / 1000.0;
        var unit = 0;
        for (; value >= 999.95 && unit + 1 < s_units.Length; unit++)
            value /= 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {s_units[unit]}");
    }
}
