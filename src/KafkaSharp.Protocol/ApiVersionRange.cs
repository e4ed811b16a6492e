namespace KafkaSharp.Protocol;

/// <summary>
/// What is fixed about an API: its versions, from which version on it is flexible (KIP-482), and who serves it. The highest version is below
/// the lowest (0 and -1) for an API that Kafka 4 no longer has.
/// </summary>
public sealed record ApiVersionRange(ApiKey ApiKey, short Lowest, short Highest, short FirstFlexible, ApiListeners Listeners)
{
    /// <summary>Whether the highest version is served only with <c>unstable.api.versions.enable</c>.</summary>
    public bool LatestVersionUnstable { get; init; }

    /// <summary>Whether only brokers may send it (CLUSTER_ACTION on the cluster).</summary>
    public bool ClusterAction { get; init; }

    /// <summary>Whether a broker passes it on to the controller in an Envelope.</summary>
    public bool Forwardable { get; init; }

    /// <summary>Whether the API has a version at all.</summary>
    public bool Exists => Highest >= Lowest;

    /// <summary>The highest version that is served without unstable versions.</summary>
    public short HighestStable => LatestVersionUnstable ? (short)(Highest - 1) : Highest;

    public bool Contains(short version) => version >= Lowest && version <= Highest;

    /// <summary>The header version of a request in this version, for versions that are not known too.</summary>
    public short RequestHeaderVersion(short version) => version >= FirstFlexible ? (short)2 : (short)1;

    /// <summary>
    /// The header version of the answer. That of ApiVersions is always 0: a client that asked in a version the broker does not know must be able
    /// to read it (KIP-511).
    /// </summary>
    public short ResponseHeaderVersion(short version) => version >= FirstFlexible && ApiKey != ApiKey.ApiVersions ? (short)1 : (short)0;
}
