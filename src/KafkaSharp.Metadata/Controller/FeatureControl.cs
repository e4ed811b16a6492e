using KafkaSharp.Metadata.Controller.Configs;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller;

/// <summary>
/// Handles UpdateFeatures (KIP-584): all updates of a request succeed or none. The level of <c>kraft.version</c> is the quorum's own, not
/// among the metadata. On the controller's event loop only.
/// </summary>
internal sealed class FeatureControl(
    QuorumControllerOptions options, ControllerState state, ConfigurationControl configurations, IKRaftVersion kraftVersion)
{
    private const sbyte Upgrade = 1;
    private const sbyte SafeDowngrade = 2;
    private const sbyte UnsafeDowngrade = 3;

    public CommandResult<MetadataRecord, UpdateFeaturesResponse> Update(UpdateFeaturesRequest request)
    {
        var records = new List<MetadataRecord>();
        // As in Kafka, the last of several updates of a feature counts.
        var updates = new OrderedDictionary<string, UpdateFeaturesRequest.FeatureUpdateKey>(StringComparer.Ordinal);
        foreach (var update in request.FeatureUpdates)
            updates[update.Feature] = update;
        foreach (var update in updates.Values)
        {
            try
            {
                Update(update, updates, request.ValidateOnly, records);
            }
            catch (StateMachineException e)
            {
                return new([], new UpdateFeaturesResponse
                {
                    ErrorCode = e.ErrorCode,
                    ErrorMessage = "The update failed for all features since the following feature had an error: " + e.Message,
                });
            }
        }
        var response = new UpdateFeaturesResponse
        {
            ErrorMessage = null,
            Results = [.. request.FeatureUpdates.Select(u =>
                new UpdateFeaturesResponse.UpdatableFeatureResult { Feature = u.Feature, ErrorMessage = "NONE" })],
        };
        if (request.ValidateOnly)
            return new([], response);
        var needed = new List<MetadataRecord>();
        if (records.Any(record => record.Message is FeatureLevelRecord { Name: FeatureNames.EligibleLeaderReplicas, FeatureLevel: > 0 }))
            configurations.EnableElr(needed);
        return new([.. needed, .. records], response, IsAtomic: true);
    }

    private void Update(
        UpdateFeaturesRequest.FeatureUpdateKey update, IReadOnlyDictionary<string, UpdateFeaturesRequest.FeatureUpdateKey> updates,
        bool validateOnly, List<MetadataRecord> records)
    {
        var (name, level) = (update.Feature, update.MaxVersionLevel);
        // Version 0 of the request has a flag in place of the type.
        var type = update.AllowDowngrade ? SafeDowngrade : update.UpgradeType;
        if (type is not (Upgrade or SafeDowngrade or UnsafeDowngrade))
            throw Refused(name, level, "The controller does not support the given upgrade type.");
        if (level < 0)
            throw Refused(name, level, "A feature version cannot be less than 0.");
        if (WhyNotSupported(name, level) is { } reason)
            throw Refused(name, level, reason);
        var current = name == FeatureNames.KRaft ? kraftVersion.Level : state.Features.Level(name);
        if (level < current && type == Upgrade)
        {
            throw Refused(
                name, level, "Can't downgrade the version of this feature "
                + "without setting the upgrade type to either safe or unsafe downgrade.");
        }
        if (level > current && type != Upgrade)
            throw Refused(name, level, "Can't downgrade to a newer version.");
        // Otherwise clients would use what the brokers do not have.
        if (level > current && FeatureNames.Find(name) is { IsServed: false })
            throw Refused(name, level, "KafkaSharp does not serve this feature yet.");
        switch (name)
        {
            case FeatureNames.KRaft:
                UpdateKRaftVersion(current, level, validateOnly);
                return;
            case FeatureNames.MetadataVersion:
                CheckMetadataVersion(new MetadataVersion(current), new MetadataVersion(level), type);
                break;
            default:
                CheckDependency(name, level, updates);
                break;
        }
        // Also where the level stays: Kafka writes it again.
        records.Add(new MetadataRecord(new FeatureLevelRecord { Name = name, FeatureLevel = level }, 0));
    }

    private void UpdateKRaftVersion(short current, short wanted, bool validateOnly)
    {
        if (wanted < current)
            throw Refused(FeatureNames.KRaft, wanted, "Can't downgrade the version of this feature.");
        kraftVersion.Upgrade(wanted, validateOnly);
    }

    private string? WhyNotSupported(string name, short level)
    {
        if (options.Features.FirstOrDefault(supported => supported.Name == name) is not { } feature)
            return $"Local controller {options.NodeId} does not support this feature.";
        if (level < feature.MinLevel || level > feature.MaxLevel)
            return $"Local controller {options.NodeId} only supports versions {new VersionRange(feature.MinLevel, feature.MaxLevel)}";
        foreach (var controller in state.Image.Cluster.Controllers.Values.Where(c => c.Id != options.NodeId))
        {
            if (WhyNotSupported($"Controller {controller.Id}", controller.SupportedFeatures, name, level) is { } reason)
                return reason;
        }
        foreach (var broker in state.Image.Cluster.Brokers.Values)
        {
            if (WhyNotSupported($"Broker {broker.Id}", broker.SupportedFeatures, name, level) is { } reason)
                return reason;
        }
        return null;
    }

    private static string? WhyNotSupported(string node, IReadOnlyDictionary<string, VersionRange> supported, string name, short level)
    {
        if (!supported.TryGetValue(name, out var range))
            return level == 0 ? null : $"{node} does not support this feature.";
        return level == 0 || range.Contains(level) ? null : $"{node} only supports versions {range}";
    }

    private static void CheckMetadataVersion(MetadataVersion current, MetadataVersion wanted, sbyte type)
    {
        if (wanted >= current || !MetadataVersion.DidMetadataChange(current, wanted))
            return;
        throw new StateMachineException(
            ErrorCode.InvalidUpdateVersion,
            $"Unsupported metadata.version downgrade from {current.Level} to {wanted.Level}. " + (type == UnsafeDowngrade
                ? "Unsafe metadata downgrade is not supported in this version."
                : "Refusing to perform the requested downgrade because it might delete metadata information."));
    }

    private void CheckDependency(
        string name, short level, IReadOnlyDictionary<string, UpdateFeaturesRequest.FeatureUpdateKey> updates)
    {
        var metadataVersion = updates.GetValueOrDefault(FeatureNames.MetadataVersion)?.MaxVersionLevel
            ?? state.Features.Level(FeatureNames.MetadataVersion);
        if (FeatureNames.Find(name)!.UnmetDependency(level, metadataVersion) is { } reason)
            throw Refused(name, level, reason);
    }

    private static StateMachineException Refused(string name, short level, string why) =>
        new(ErrorCode.InvalidUpdateVersion, $"Invalid update version {level} for feature {name}. {why}");
}
