using System.Globalization;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>
/// The checks that a broker makes before an alteration of configurations goes to the controller (Kafka's <c>ConfigAdminManager</c>).
/// Stateless.
/// </summary>
/// <param name="nodeId">The id of this broker.</param>
internal sealed class ConfigAlterations(int nodeId)
{
    /// <summary>What a request alters of one resource, with the keys and those of them whose value is missing.</summary>
    public sealed record Resource(sbyte Type, string Name, IReadOnlyList<string> Keys, IReadOnlyList<string> KeysWithoutValue)
    {
        public bool IsLogger => Type == (sbyte)ConfigResourceType.BrokerLogger;
    }

    /// <summary>The result of each resource, in the order of the request; null where the controller decides.</summary>
    /// <param name="resources">The resources of the request.</param>
    /// <param name="hasLoggers">Whether the request may alter levels of loggers.</param>
    public ApiError?[] Check(IReadOnlyList<Resource> resources, bool hasLoggers)
    {
        var counts = resources.CountBy(resource => (resource.Type, resource.Name)).ToDictionary();
        return
        [
            .. resources.Select(resource => counts[(resource.Type, resource.Name)] > 1
                ? Refused("Each resource must appear at most once.")
                : Check(resource, hasLoggers)),
        ];
    }

    private ApiError? Check(Resource resource, bool hasLoggers)
    {
        if (resource.Keys.Distinct(StringComparer.Ordinal).Count() < resource.Keys.Count)
            return Refused("Error due to duplicate config keys");
        if (resource.KeysWithoutValue.Count > 0)
            return Refused($"Null value not supported for : {string.Join(", ", resource.KeysWithoutValue)}");
        return (ConfigResourceType)resource.Type switch
        {
            ConfigResourceType.Broker => resource.Name.Length == 0
                ? null
                : CheckNode(resource.Name, $"Unexpected broker id, expected {nodeId}, but received {resource.Name}"),
            ConfigResourceType.BrokerLogger when hasLoggers =>
                CheckNode(resource.Name, $"Unexpected node id. Expected {nodeId}, but received {resource.Name}") ?? CheckLevels(resource),
            ConfigResourceType.Topic or ConfigResourceType.ClientMetrics or ConfigResourceType.Group => null,
            _ => Refused($"Unknown resource type {resource.Type}"),
        };
    }

    private ApiError? CheckNode(string name, string mismatch) =>
        !int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
            ? Refused($"Node id must be an integer, but it is: {name}")
        : id != nodeId ? Refused(mismatch)
        : null;

    // Levels of loggers belong to the process, and its command line sets them.
    private static ApiError CheckLevels(Resource resource) =>
        resource.Keys.Count == 0 ? new ApiError(ErrorCode.None) : Refused("Log levels can't be altered while the broker runs.");

    private static ApiError Refused(string message) => new(ErrorCode.InvalidRequest, message);
}
