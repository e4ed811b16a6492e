using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Protocol;

/// <summary>All APIs of Kafka 4.3 with their versions, generated from the schemas. Immutable and thread-safe.</summary>
public static partial class ApiVersionRanges
{
    private static readonly ApiVersionRange[] s_all = Create();

    /// <summary>All APIs, ordered by key. The key is the index.</summary>
    public static ReadOnlySpan<ApiVersionRange> All => s_all;

    /// <summary>The API with a key, which must be a defined value of the enumeration.</summary>
    public static ApiVersionRange Get(ApiKey key) => s_all[(int)key];

    /// <summary>The API with a key. False for a key that Kafka does not define.</summary>
    public static bool TryGet(short key, [NotNullWhen(true)] out ApiVersionRange? range)
    {
        range = (uint)key < (uint)s_all.Length ? s_all[key] : null;
        return range is not null;
    }
}
