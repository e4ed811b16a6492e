namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>The <c>api</c> line of a schema: the properties that request and response share.</summary>
internal sealed record ApiSchema(
    int Key,
    string Name,
    VersionRange Versions,
    VersionRange FlexibleVersions,
    EquatableArray<string> Listeners,
    bool LatestVersionUnstable,
    bool ClusterAction,
    bool Forwardable);
