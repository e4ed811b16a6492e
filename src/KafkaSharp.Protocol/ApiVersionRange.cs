namespace KafkaSharp.Protocol;

/// <summary>
/// The constant properties of an API: its versions, the first flexible version (KIP-482) and the listeners on which it is served. For an
/// API that Kafka 4 has removed, the highest version is -1 and the lowest is 0. Immutable.
/// </summary>
public sealed record ApiVersionRange(ApiKey ApiKey, short Lowest, short Highest, short FirstFlexible, ApiListeners Listeners)
{
    /// <summary>Whether the highest version is served only if <c>unstable.api.versions.enable</c> is true.</summary>
    public bool LatestVersionUnstable { get; init; }

    /// <summary>Whether only brokers may send it (it requires CLUSTER_ACTION on the cluster).</summary>
    public bool ClusterAction { get; init; }

    /// <summary>Whether a broker forwards it to the controller in an Envelope.</summary>
    public bool Forwardable { get; init; }

    /// <summary>Whether the API has any version.</summary>
    public bool Exists => Highest >= Lowest;

    /// <summary>The highest stable version.</summary>
    public short HighestStable => LatestVersionUnstable ? (short)(Highest - 1) : Highest;

    public bool Contains(short version) => version >= Lowest && version <= Highest;

    /// <summary>The header version of a request. Unknown versions are allowed.</summary>
    public short RequestHeaderVersion(short version) => version >= FirstFlexible ? (short)2 : (short)1;

    /// <summary>
    /// The header version of a response. For ApiVersions it is always 0, because a client that sent a version unknown to the broker must be
    /// able to read the response (KIP-511).
    /// </summary>
    public short ResponseHeaderVersion(short version) => version >= FirstFlexible && ApiKey != ApiKey.ApiVersions ? (short)1 : (short)0;
}
