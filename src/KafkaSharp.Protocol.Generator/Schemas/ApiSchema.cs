namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>The head line of an API: what its request and response share.</summary>
sealed record ApiSchema(
    int Key,
    string Name,
    VersionRange Versions,
    VersionRange FlexibleVersions,
    EquatableArray<string> Listeners,
    bool LatestVersionUnstable,
    bool ClusterAction,
    bool Forwardable);
