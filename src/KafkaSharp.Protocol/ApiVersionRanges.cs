using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Protocol;

/// <summary>All APIs of Kafka 4.3 with their versions, made from the schemas. Immutable, thread-safe.</summary>
public static partial class ApiVersionRanges
{
    private static readonly ApiVersionRange[] s_all = Create();

    /// <summary>All APIs in the order of their keys; the key is the index.</summary>
    public static ReadOnlySpan<ApiVersionRange> All => s_all;

    /// <summary>The API of a key, which must be one of the enumeration.</summary>
    public static ApiVersionRange Get(ApiKey key) => s_all[(int)key];

    /// <summary>False for a key that Kafka does not know.</summary>
    public static bool TryGet(short key, [NotNullWhen(true)] out ApiVersionRange? range)
    {
        range = (uint)key < (uint)s_all.Length ? s_all[key] : null;
        return range is not null;
    }
}
