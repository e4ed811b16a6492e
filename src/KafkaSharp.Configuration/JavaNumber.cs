using System.Buffers;
using System.Globalization;

namespace KafkaSharp.Configuration;

/// <summary>
/// Parses numbers like Java's <c>Double.parseDouble</c> (with suffixes and <c>NaN</c>, without group separators; hexadecimal floats are not
/// supported) and formats them like <c>Double.toString</c>, because tools see this form in DescribeConfigs.
/// </summary>
public static class JavaNumber
{
    private static readonly SearchValues<char> DecimalCharacters = SearchValues.Create("0123456789+-.eE");

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
        return !text.ContainsAnyExcept(DecimalCharacters)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    public static string Format(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";
        var (digits, point) = ShortestDigits(Math.Abs(value));
        var sign = value < 0 ? "-" : "";
        return point switch
        {
            // From 10^-3 to 10^7 a decimal number; otherwise one digit before the point and an exponent.
            > -3 and <= 0 => $"{sign}0.{new string('0', -point)}{digits}",
            > 0 and <= 7 when digits.Length > point => $"{sign}{digits[..point]}.{digits[point..]}",
            > 0 and <= 7 => $"{sign}{digits.PadRight(point, '0')}.0",
            _ => $"{sign}{digits[0]}.{(digits.Length > 1 ? digits[1..] : "0")}E{point - 1}",
        };
    }

    /// <summary>
    /// The shortest digits that parse to the value, without leading and trailing zeros, and the position of the decimal point relative to
    /// the first digit.
    /// </summary>
    private static (string Digits, int Point) ShortestDigits(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = e < 0 ? text : text[..e];
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimStart('0');
        return (significant.TrimEnd('0'), (point < 0 ? mantissa.Length : point) - (digits.Length - significant.Length) + exponent);
    }
}
