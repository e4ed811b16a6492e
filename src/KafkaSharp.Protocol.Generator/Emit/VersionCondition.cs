using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Protocol.Generator.Emit;

/// <summary>Conditions on the variable <c>version</c>. They contain no comparison that the enclosing versions make superfluous.</summary>
internal static class VersionCondition
{
    /// <summary>
    /// "true", "false" or a comparison: whether a version of <paramref name="around"/> is in <paramref name="range"/>.
    /// </summary>
    public static string Present(VersionRange range, VersionRange around)
    {
        var inside = range.Intersect(around);
        if (inside.IsEmpty)
            return "false";
        if (range.Covers(around))
            return "true";
        if (inside.Lowest == around.Lowest)
            return $"version <= {inside.Highest}";
        return inside.Highest == around.Highest ? $"version >= {inside.Lowest}" : $"version is >= {inside.Lowest} and <= {inside.Highest}";
    }

    /// <summary>The opposite of <see cref="Present"/>.</summary>
    public static string Absent(VersionRange range, VersionRange around)
    {
        var inside = range.Intersect(around);
        if (inside.IsEmpty)
            return "true";
        if (range.Covers(around))
            return "false";
        if (inside.Lowest == around.Lowest)
            return $"version > {inside.Highest}";
        return inside.Highest == around.Highest ? $"version < {inside.Lowest}" : $"version is < {inside.Lowest} or > {inside.Highest}";
    }
}
