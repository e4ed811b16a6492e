using System.Globalization;

namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>An inclusive range of versions, written as <c>3</c>, <c>0-4</c>, <c>2+</c> or <c>none</c>.</summary>
internal readonly record struct VersionRange(int Lowest, int Highest)
{
    public static VersionRange None => new(0, -1);
    public static VersionRange All => new(0, short.MaxValue);

    public bool IsEmpty => Lowest > Highest;

    public bool Covers(VersionRange other) => other.IsEmpty || (Lowest <= other.Lowest && Highest >= other.Highest);

    public VersionRange Intersect(VersionRange other)
    {
        var result = new VersionRange(Math.Max(Lowest, other.Lowest), Math.Min(Highest, other.Highest));
        return result.IsEmpty ? None : result;
    }

    public static bool TryParse(string text, out VersionRange range)
    {
        range = None;
        if (text == "none")
            return true;
        var dash = text.IndexOf('-');
        var open = text.Length > 0 && text[text.Length - 1] == '+';
        var first = open ? text.Substring(0, text.Length - 1) : dash < 0 ? text : text.Substring(0, dash);
        var last = open || dash < 0 ? first : text.Substring(dash + 1);
        if (!TryNumber(first, out var lowest) || !TryNumber(last, out var highest) || lowest > highest)
            return false;
        range = new(lowest, open ? short.MaxValue : highest);
        return true;
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= short.MaxValue;
}
