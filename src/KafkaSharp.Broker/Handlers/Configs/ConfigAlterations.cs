using System.Globalization;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Controller.Configs;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>
/// The checks that a broker makes before an alteration of configurations goes to the controller (Kafka's <c>ConfigAdminManager</c>). The
/// controller checks topics, groups and client metrics; the values of brokers are checked here only. Thread-safe.
/// </summary>
/// <param name="nodeId">The id of this broker.</param>
/// <param name="validator">Checks the dynamic configuration of brokers.</param>
internal sealed class ConfigAlterations(int nodeId, DynamicConfigValidator validator)
{
    /// <summary>The alteration of one key, by an operation of <see cref="AlterConfigOperation"/> or an unknown one.</summary>
    public readonly record struct Change(string Key, sbyte Operation, string? Value);

    /// <summary>What a request alters of one resource.</summary>
    public sealed record Resource(sbyte Type, string Name, IReadOnlyList<Change> Changes);

    /// <summary>The result of each resource, in the order of the request; null where the controller decides.</summary>
    /// <param name="resources">The resources of the request.</param>
    /// <param name="isIncremental">
    /// Whether the changes are applied to what is set; otherwise they replace it, and levels of loggers cannot be altered.
    /// </param>
    public ApiError?[] Check(IReadOnlyList<Resource> resources, bool isIncremental)
    {
        var counts = resources.CountBy(resource => (resource.Type, resource.Name)).ToDictionary();
        return
        [
            .. resources.Select(resource => counts[(resource.Type, resource.Name)] > 1
                ? Refused("Each resource must appear at most once.")
                : Check(resource, isIncremental)),
        ];
    }

    private ApiError? Check(Resource resource, bool isIncremental)
    {
        if (resource.Changes.DistinctBy(change => change.Key, StringComparer.Ordinal).Count() < resource.Changes.Count)
            return Refused("Error due to duplicate config keys");
        var withoutValue = resource.Changes
            .Where(change => change.Value is null && !(isIncremental && change.Operation == (sbyte)AlterConfigOperation.Delete));
        if (string.Join(", ", withoutValue.Select(change => change.Key)) is { Length: > 0 } keys)
            return Refused($"Null value not supported for : {keys}");
        return (ConfigResourceType)resource.Type switch
        {
            ConfigResourceType.Broker => CheckBroker(resource, isIncremental),
            ConfigResourceType.BrokerLogger when isIncremental =>
                CheckNode(resource.Name, $"Unexpected node id. Expected {nodeId}, but received {resource.Name}") ?? CheckLevels(resource),
            ConfigResourceType.Topic or ConfigResourceType.ClientMetrics or ConfigResourceType.Group => null,
            _ => Refused($"Unknown resource type {resource.Type}"),
        };
    }

    private ApiError? CheckBroker(Resource resource, bool isIncremental)
    {
        if (resource.Name.Length > 0
            && CheckNode(resource.Name, $"Unexpected broker id, expected {nodeId}, but received {resource.Name}") is { } wrongNode)
            return wrongNode;
        var target = new ConfigResource(ConfigResourceType.Broker, resource.Name);
        var values = isIncremental ? validator.Present(target) : [];
        foreach (var change in resource.Changes)
        {
            if (Apply(change, values) is { } error)
                return error;
        }
        return validator.Fault(target, values) is { } fault ? Refused(fault) : null;
    }

    private static ApiError? Apply(Change change, Dictionary<string, string> values)
    {
        switch ((AlterConfigOperation)change.Operation)
        {
            case AlterConfigOperation.Set:
                values[change.Key] = change.Value!;
                return null;
            case AlterConfigOperation.Delete:
                values.Remove(change.Key);
                return null;
            case AlterConfigOperation.Append or AlterConfigOperation.Subtract:
                return ApplyToList(change, values);
            default:
                return Refused($"Unknown operations type {change.Operation}");
        }
    }

    private static ApiError? ApplyToList(Change change, Dictionary<string, string> values)
    {
        var isAppend = change.Operation == (sbyte)AlterConfigOperation.Append;
        if (BrokerSchema.Find(change.Key) is not { } key)
            return new ApiError(ErrorCode.InvalidConfig, $"Unknown config name: {change.Key}");
        if (key.Type != KafkaSharp.Configuration.ConfigType.List)
        {
            return new ApiError(
                ErrorCode.InvalidConfig,
                $"Config value {(isAppend ? "append" : "subtract")} is not allowed for config key: {change.Key}");
        }
        values[change.Key] = ConfigList.Alter(
            values.GetValueOrDefault(change.Key) ?? KnownBrokerConfigs.Find(change.Key)!.DefaultText, isAppend, change.Value!);
        return null;
    }

    private ApiError? CheckNode(string name, string mismatch) =>
        !int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
            ? Refused($"Node id must be an integer, but it is: {name}")
        : id != nodeId ? Refused(mismatch)
        : null;

    // Levels of loggers belong to the process, and its command line sets them: no logger is shown, and none can be altered.
    private static ApiError CheckLevels(Resource resource)
    {
        foreach (var change in resource.Changes)
        {
            var operation = (AlterConfigOperation)change.Operation;
            switch (operation)
            {
                case AlterConfigOperation.Append or AlterConfigOperation.Subtract:
                    return Refused($"{operation.ToString().ToUpperInvariant()} operation is not allowed for the BROKER_LOGGER resource");
                case AlterConfigOperation.Set or AlterConfigOperation.Delete:
                    return new ApiError(ErrorCode.InvalidConfig, $"Logger {change.Key} does not exist!");
                default:
                    return new ApiError(ErrorCode.UnknownServerError);
            }
        }
        return new ApiError(ErrorCode.None);
    }

    private static ApiError Refused(string message) => new(ErrorCode.InvalidRequest, message);
}
