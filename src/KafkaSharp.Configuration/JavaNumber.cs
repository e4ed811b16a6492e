using System.Globalization;

namespace KafkaSharp.Configuration;

/// <summary>
/// Numbers as Java reads and writes them: what <c>Double.parseDouble</c> takes (suffixes, <c>NaN</c>, no group separators; hexadecimal
/// floats aside) and how <c>Double.toString</c> prints, which is what tools see in DescribeConfigs.
/// </summary>
static class JavaNumber
{
    public static bool TryParseDouble(ReadOnlySpan<char> text, out double value)
    {
        var signed = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        if (signed is "NaN" or "Infinity")
        {
            value = signed is "NaN" ? double.NaN : text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }
        value = 0;
        if (signed.Length > 1 && signed[^1] is 'd' or 'D' or 'f' or 'F')
            text = text[..^1];
        return !text.ContainsAnyExcept("0123456789+-.eE")
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    public static string Format(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";
        var magnitude = Math.Abs(value);
        if (magnitude == 0 || magnitude is >= 1e-3 and < 1e7)
        {
            var text = value.ToString("0.0###################", CultureInfo.InvariantCulture);
            return double.Parse(text, CultureInfo.InvariantCulture).Equals(value)
                ? text
                : ((decimal)value).ToString("0.0###########################", CultureInfo.InvariantCulture);
        }
        // "E16" gives 17 digits; the shortest that reads back the same is what Java prints.
        var (digits, exponent) = Shortest(value);
        return $"{digits}E{exponent}";
    }

    private static (string Digits, int Exponent) Shortest(double value)
    {
        for (var precision = 1; ; precision++)
        {
            var text = value.ToString($"E{precision}", CultureInfo.InvariantCulture);
            if (precision < 17 && !double.Parse(text, CultureInfo.InvariantCulture).Equals(value))
                continue;
            var e = text.IndexOf('E');
            return (text[..e], int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        }
    }
}
