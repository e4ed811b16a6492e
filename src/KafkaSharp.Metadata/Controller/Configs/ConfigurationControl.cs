using System.Globalization;
using System.Text;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.Configs;

/// <summary>
/// Handles IncrementalAlterConfigs (KIP-339) and AlterConfigs, and checks the configurations of new topics. On the controller's event loop
/// only.
/// </summary>
internal sealed class ConfigurationControl(QuorumControllerOptions options, ControllerState state, IConfigurationValidator validator)
{
    private const string MinInSyncReplicas = TopicSettings.MinInSyncReplicas;

    /// <summary>The most bytes that a record's string may have.</summary>
    private const int MaxValueBytes = short.MaxValue;

    /// <summary>The records of a resource's first configurations, and their values.</summary>
    public readonly record struct NewConfigs(IReadOnlyList<MetadataRecord> Records, IReadOnlyDictionary<string, string> Values);

    public CommandResult<MetadataRecord, IncrementalAlterConfigsResponse> Alter(IncrementalAlterConfigsRequest request)
    {
        var records = new List<MetadataRecord>();
        var response = new IncrementalAlterConfigsResponse();
        foreach (var group in request.Resources.GroupBy(r => new ConfigResource((ConfigResourceType)r.ResourceType, r.ResourceName)))
        {
            var error = group.Count() > 1
                ? new ApiError(ErrorCode.InvalidRequest, "Duplicate resource.")
                : Attempt(() => Alter(group.Key, group.First().Configs), records);
            response.Responses.Add(new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse
            {
                ResourceType = (sbyte)group.Key.Type, ResourceName = group.Key.Name, ErrorCode = error.Code, ErrorMessage = error.Message,
            });
        }
        ClearElr(records);
        ControllerLimits.CheckRecords(records.Count);
        return new(request.ValidateOnly ? [] : records, response, IsAtomic: true);
    }

    public CommandResult<MetadataRecord, AlterConfigsResponse> Alter(AlterConfigsRequest request)
    {
        var records = new List<MetadataRecord>();
        var response = new AlterConfigsResponse();
        foreach (var group in request.Resources.GroupBy(r => new ConfigResource((ConfigResourceType)r.ResourceType, r.ResourceName)))
        {
            var error = group.Count() > 1
                ? new ApiError(ErrorCode.InvalidRequest, "Duplicate resource.")
                : Attempt(() => Replace(group.Key, group.First().Configs), records);
            response.Responses.Add(new AlterConfigsResponse.AlterConfigsResourceResponse
            {
                ResourceType = (sbyte)group.Key.Type, ResourceName = group.Key.Name, ErrorCode = error.Code, ErrorMessage = error.Message,
            });
        }
        ClearElr(records);
        ControllerLimits.CheckRecords(records.Count);
        return new(request.ValidateOnly ? [] : records, response, IsAtomic: true);
    }

    /// <summary>Checks the configurations of a topic that is being created.</summary>
    /// <exception cref="StateMachineException">They are not good.</exception>
    public NewConfigs Create(ConfigResource resource, IEnumerable<(string Name, string? Value)> configs)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var records = new List<MetadataRecord>();
        foreach (var (name, value) in configs)
        {
            if (value is null)
                throw new StateMachineException(ErrorCode.InvalidConfig, $"Null value not supported for topic configs: {name}");
            CheckSize(value);
            values[name] = value;
            records.Add(Record(resource, name, value));
        }
        if (validator.Validate(resource, values, ConfigurationsImage.NoConfigs) is { } error)
            throw new StateMachineException(error.Code, error.Message ?? error.Code.Message());
        ClearElr(records);
        return new NewConfigs(records, values);
    }

    /// <summary>All configurations a new topic will have.</summary>
    public IReadOnlyList<EffectiveConfig> EffectiveTopicConfigs(IReadOnlyDictionary<string, string> topicConfigs) =>
        validator.EffectiveTopicConfigs(
            topicConfigs,
            state.Image.Configs.Configs(ConfigResource.BrokerDefault),
            state.Image.Configs.Configs(ConfigResource.Broker(options.NodeId)));

    /// <summary>
    /// What must be written when eligible leader replicas are turned on: <c>min.insync.replicas</c> becomes a default of the whole cluster,
    /// because the eligible replicas must not depend on the broker (KIP-966).
    /// </summary>
    public void EnableElr(List<MetadataRecord> records)
    {
        var configs = state.Image.Configs;
        if (configs.Value(ConfigResource.BrokerDefault, MinInSyncReplicas) is null)
        {
            records.Add(Record(
                ConfigResource.BrokerDefault, MinInSyncReplicas, options.MinInSyncReplicas.ToString(CultureInfo.InvariantCulture)));
        }
        foreach (var (resource, values) in configs.Resources)
        {
            if (resource is { Type: ConfigResourceType.Broker, Name.Length: > 0 } && values.ContainsKey(MinInSyncReplicas))
                records.Add(Record(resource, MinInSyncReplicas, null));
        }
    }

    private static ApiError Attempt(Func<IReadOnlyList<MetadataRecord>> alter, List<MetadataRecord> records)
    {
        try
        {
            records.AddRange(alter());
            return new ApiError(ErrorCode.None);
        }
        catch (StateMachineException e)
        {
            // As in Kafka, the message of an unexpected error stays inside.
            return new ApiError(e.ErrorCode, e.ErrorCode == ErrorCode.UnknownServerError ? null : e.Message);
        }
    }

    private List<MetadataRecord> Alter(ConfigResource resource, List<IncrementalAlterConfigsRequest.AlterableConfig> operations)
    {
        var existing = state.Image.Configs.Configs(resource);
        var after = existing;
        var records = new List<MetadataRecord>();
        foreach (var operation in LastOfEach(operations, operation => operation.Name))
        {
            var current = existing.GetValueOrDefault(operation.Name);
            var value = Apply(resource, operation, current);
            CheckMinIsr(resource, operation.Name, value);
            CheckSize(value);
            after = value is null ? after.Remove(operation.Name) : after.SetItem(operation.Name, value);
            // A broker may have to act on a value that did not change, as where a keystore's file did.
            if (value != current || resource.Type == ConfigResourceType.Broker)
                records.Add(Record(resource, operation.Name, value));
        }
        Check(resource, after, existing);
        return records;
    }

    private List<MetadataRecord> Replace(ConfigResource resource, List<AlterConfigsRequest.AlterableConfig> configs)
    {
        var existing = state.Image.Configs.Configs(resource);
        var after = ConfigurationsImage.NoConfigs;
        var records = new List<MetadataRecord>();
        foreach (var config in LastOfEach(configs, config => config.Name))
        {
            // Only brokers refuse null in their clients' requests: for the controller it removes the value.
            var value = config.Value;
            CheckMinIsr(resource, config.Name, value);
            CheckSize(value);
            after = value is null ? after.Remove(config.Name) : after.SetItem(config.Name, value);
            // As above (KAFKA-14136).
            if (existing.GetValueOrDefault(config.Name) != value || resource.Type == ConfigResourceType.Broker)
                records.Add(Record(resource, config.Name, value));
        }
        foreach (var name in existing.Keys.Except(configs.Select(config => config.Name)))
        {
            CheckMinIsr(resource, name, null);
            records.Add(Record(resource, name, null));
        }
        Check(resource, after, existing);
        return records;
    }

    // Brokers refuse a key named twice and a missing value in their clients' requests. For the controller the last of a key counts.
    private static IEnumerable<T> LastOfEach<T>(List<T> items, Func<T, string> name)
    {
        var last = new OrderedDictionary<string, T>(StringComparer.Ordinal);
        foreach (var item in items)
            last[name(item)] = item;
        return last.Values;
    }

    private string? Apply(ConfigResource resource, IncrementalAlterConfigsRequest.AlterableConfig operation, string? current)
    {
        var kind = (AlterConfigOperation)operation.ConfigOperation;
        if (kind == AlterConfigOperation.Delete)
            return null;
        if (kind is < AlterConfigOperation.Set or > AlterConfigOperation.Subtract)
            throw new StateMachineException(ErrorCode.UnknownServerError, $"Unknown operation type {operation.ConfigOperation}");
        if (kind == AlterConfigOperation.Set)
            return operation.Value;
        if (!validator.IsList(resource.Type, operation.Name))
        {
            throw new StateMachineException(
                ErrorCode.InvalidConfig,
                $"Can't {(kind == AlterConfigOperation.Append ? "APPEND" : "SUBTRACT")} to key {operation.Name} "
                + "because its type is not LIST.");
        }
        if (operation.Value is not { } value)
            throw new StateMachineException(ErrorCode.UnknownServerError, $"Without a value nothing can be added to {operation.Name}");
        return ConfigList.Alter(
            current ?? validator.DefaultValue(resource.Type, operation.Name), kind == AlterConfigOperation.Append, value);
    }

    private static void CheckType(ConfigResource resource)
    {
        switch (resource.Type)
        {
            case ConfigResourceType.Topic when resource.Name.Length == 0:
                throw new StateMachineException(ErrorCode.InvalidRequest, "Default topic resources are not allowed.");
            case ConfigResourceType.Topic when TopicName.Invalid(resource.Name) is { } fault:
                throw new StateMachineException(ErrorCode.InvalidTopicException, fault);
            case ConfigResourceType.ClientMetrics when resource.Name.Length == 0:
                throw new StateMachineException(ErrorCode.InvalidRequest, "Subscription name can't be empty");
            case ConfigResourceType.Group when resource.Name.Length == 0:
                throw new StateMachineException(ErrorCode.InvalidRequest, "Default group resources are not allowed.");
            case ConfigResourceType.Topic or ConfigResourceType.Broker or ConfigResourceType.ClientMetrics or ConfigResourceType.Group:
                return;
            default:
                // Levels of loggers are not metadata: each broker has its own.
                throw resource.Type == ConfigResourceType.BrokerLogger
                    ? new StateMachineException(ErrorCode.InvalidRequest, "Unexpected resource type BROKER_LOGGER.")
                    : new StateMachineException(ErrorCode.UnsupportedVersion, $"Unknown resource type {(sbyte)resource.Type}.");
        }
    }

    private static void CheckSize(string? value)
    {
        if (value is not null && Encoding.UTF8.GetByteCount(value) > MaxValueBytes)
        {
            throw new StateMachineException(
                ErrorCode.InvalidConfig,
                $"The configuration value cannot be added because it exceeds the maximum value size of {MaxValueBytes} bytes.");
        }
    }

    // As in Kafka, the operations are checked before the resource that they are for.
    private void Check(ConfigResource resource, IReadOnlyDictionary<string, string> after, IReadOnlyDictionary<string, string> existing)
    {
        CheckType(resource);
        if (validator.Validate(resource, after, existing) is { } error)
            throw new StateMachineException(error.Code, error.Message ?? error.Code.Message());
        switch (resource.Type)
        {
            case ConfigResourceType.Topic when state.Image.Topics.Topic(resource.Name) is null:
                throw new StateMachineException(ErrorCode.UnknownTopicOrPartition, $"The topic '{resource.Name}' does not exist.");
            case ConfigResourceType.Broker when resource.Name.Length > 0:
                CheckNode(resource.Name);
                break;
        }
    }

    private void CheckNode(string name)
    {
        if (!int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id))
            throw new StateMachineException(ErrorCode.InvalidRequest, "Unable to parse broker name as a base 10 number.");
        if (id < 0)
            throw new StateMachineException(ErrorCode.InvalidRequest, "Invalid negative broker ID.");
        if (!state.Image.Cluster.ContainsBroker(id) && !state.Image.Cluster.Controllers.ContainsKey(id) && id != options.NodeId)
            throw new StateMachineException(ErrorCode.BrokerIdNotRegistered, $"No node with id {id} found.");
    }

    private void CheckMinIsr(ConfigResource resource, string name, string? value)
    {
        if (name != MinInSyncReplicas || resource.Type != ConfigResourceType.Broker || !state.Features.IsElrEnabled)
            return;
        if (resource.Name.Length > 0)
        {
            throw new StateMachineException(
                ErrorCode.InvalidConfig, "Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
        }
        if (value is null)
        {
            throw new StateMachineException(
                ErrorCode.InvalidConfig, "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
        }
    }

    // The eligible replicas were found with the previous value: those of the topic, or of all topics where the default changed.
    private void ClearElr(List<MetadataRecord> records)
    {
        if (!state.Features.IsElrEnabled)
            return;
        var changed = records.Select(record => record.Message).OfType<ConfigRecord>().Where(config => config.Name == MinInSyncReplicas);
        records.AddRange([.. changed.Select(config => new MetadataRecord(
            new ClearElrRecord { TopicName = config.ResourceType == (sbyte)ConfigResourceType.Topic ? config.ResourceName : "" }, 0))]);
    }

    private static MetadataRecord Record(ConfigResource resource, string name, string? value) => new(
        new ConfigRecord { ResourceType = (sbyte)resource.Type, ResourceName = resource.Name, Name = name, Value = value }, 0);
}
