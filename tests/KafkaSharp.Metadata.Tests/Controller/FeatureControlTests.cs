using KafkaSharp.Metadata.Features;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Tests.Controller;

/// <summary>Codes and messages are those of Kafka 4.3.1's FeatureControlManager.</summary>
internal sealed class FeatureControlTests
{
    private const sbyte Upgrade = 1, SafeDowngrade = 2, UnsafeDowngrade = 3;

    private const string Failed = "The update failed for all features since the following feature had an error: ";

    private ControllerHarness _harness = null!;

    [SetUp]
    public void Start()
    {
        _harness = new ControllerHarness();
        _harness.StartBroker(1);
    }

    [TestCase(0, 0, Upgrade, null)]
    [TestCase(1, 1, Upgrade, null)]
    [TestCase(1, 1, SafeDowngrade, null)]
    [TestCase(0, 1, Upgrade, null)]
    [TestCase(1, 0, UnsafeDowngrade, "Invalid update version 0 for feature kraft.version. Can't downgrade the version of this feature.")]
    [TestCase(1, 0, Upgrade, "Invalid update version 0 for feature kraft.version. Can't downgrade the version of this feature "
        + "without setting the upgrade type to either safe or unsafe downgrade.")]
    [TestCase(0, 2, Upgrade, "Invalid update version 2 for feature kraft.version. Local controller 1 only supports versions 0-1")]
    public void The_level_of_the_quorum_is_not_among_the_metadata(short current, short wanted, sbyte type, string? message)
    {
        _harness.KRaftVersion = current;
        var response = Update((FeatureNames.KRaft, wanted, type));
        Assert.That((response.ErrorCode, response.ErrorMessage), Is.EqualTo(
            message is null ? (ErrorCode.None, null) : (ErrorCode.InvalidUpdateVersion, Failed + message)));
        Assert.That(response.Results, Has.Count.EqualTo(message is null ? 1 : 0));
        Assert.That(_harness.Written, Is.Empty);
        Assert.That(_harness.KRaftVersion, Is.EqualTo(message is null ? wanted : current));
    }

    [TestCase((short)9, (short)1, 0)]
    [TestCase((short)1, (short)9, 95)]
    public void Of_several_updates_of_a_feature_the_last_counts(short first, short last, int error)
    {
        var response = Update(
            (FeatureNames.EligibleLeaderReplicas, first, Upgrade), (FeatureNames.EligibleLeaderReplicas, last, Upgrade));
        Assert.That((int)response.ErrorCode, Is.EqualTo(error));
        Assert.That(response.Results, Has.Count.EqualTo(error == 0 ? 2 : 0));
    }

    [Test]
    public void The_level_of_the_quorum_stays_where_an_upgrade_is_only_validated()
    {
        var response = _harness.Run(_harness.Managers.Features.Update(new UpdateFeaturesRequest
        {
            FeatureUpdates = [new() { Feature = FeatureNames.KRaft, MaxVersionLevel = 1, UpgradeType = Upgrade }],
            ValidateOnly = true,
        }));
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(_harness.KRaftVersion, Is.Zero);
    }

    [TestCase(SafeDowngrade, "Refusing to perform the requested downgrade because it might delete metadata information.")]
    [TestCase(UnsafeDowngrade, "Unsafe metadata downgrade is not supported in this version.")]
    public void Metadata_is_not_downgraded_where_its_form_changed(sbyte type, string why)
    {
        var response = Update((FeatureNames.MetadataVersion, 22, type));
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.InvalidUpdateVersion));
        Assert.That(response.ErrorMessage, Is.EqualTo($"{Failed}Unsupported metadata.version downgrade from 30 to 22. {why}"));
    }

    [Test]
    public void A_feature_without_its_dependency_is_refused()
    {
        var response = Update((FeatureNames.EligibleLeaderReplicas, 1, Upgrade), (FeatureNames.MetadataVersion, 29, SafeDowngrade));
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.InvalidUpdateVersion), "30 changed the form of records");
        response = Update((FeatureNames.EligibleLeaderReplicas, 1, Upgrade), (FeatureNames.MetadataVersion, 22, Upgrade));
        Assert.That(response.ErrorMessage, Is.EqualTo(
            Failed + "Invalid update version 1 for feature eligible.leader.replicas.version. "
            + "eligible.leader.replicas.version could not be set to 1 because it depends on metadata.version level 23"));
    }

    [Test]
    public void A_dependency_is_met_by_the_last_of_several_updates()
    {
        var response = Update(
            (FeatureNames.MetadataVersion, 22, SafeDowngrade), (FeatureNames.EligibleLeaderReplicas, 1, Upgrade),
            (FeatureNames.MetadataVersion, 30, Upgrade));
        Assert.That((response.ErrorCode, response.ErrorMessage), Is.EqualTo((ErrorCode.None, (string?)null)));
    }

    // Apache Kafka serves these features.
    [TestCase(FeatureNames.Share)]
    [TestCase(FeatureNames.Streams)]
    public void A_feature_that_is_not_served_stays_at_its_level(string name)
    {
        Assert.That(Update((name, 1, Upgrade)).ErrorMessage, Is.EqualTo(
            $"{Failed}Invalid update version 1 for feature {name}. KafkaSharp does not serve this feature yet."));
        Assert.That(Update((name, 0, SafeDowngrade)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void An_unstable_level_is_not_supported_unless_it_is_admitted()
    {
        Assert.That(Update((FeatureNames.MetadataVersion, 31, Upgrade)).ErrorMessage, Is.EqualTo(
            $"{Failed}Invalid update version 31 for feature metadata.version. Local controller 1 only supports versions 7-30"));
        Assert.That(FeatureNames.Supported(unstable: true).Single(feature => feature.Name == FeatureNames.MetadataVersion).MaxLevel,
            Is.EqualTo(31));
    }

    [Test]
    public void A_level_is_written_though_it_did_not_change_and_turning_ELR_off_clears_nothing()
    {
        Update((FeatureNames.Share, 0, Upgrade));
        Assert.That(_harness.Written.Select(r => r.Message).OfType<FeatureLevelRecord>().Select(l => (l.Name, l.FeatureLevel)),
            Is.EqualTo(new[] { (FeatureNames.Share, (short)0) }));
        Update((FeatureNames.EligibleLeaderReplicas, 0, SafeDowngrade));
        Assert.That(_harness.Written.Select(record => record.Message.GetType()), Is.EqualTo(new[] { typeof(FeatureLevelRecord) }));
        Assert.That(_harness.Image.Features.IsElrEnabled, Is.False);
    }

    private UpdateFeaturesResponse Update(params (string Name, short Level, sbyte Type)[] updates) =>
        _harness.Run(_harness.Managers.Features.Update(new UpdateFeaturesRequest
        {
            FeatureUpdates =
            [
                .. updates.Select(update => new UpdateFeaturesRequest.FeatureUpdateKey
                {
                    Feature = update.Name, MaxVersionLevel = update.Level, UpgradeType = update.Type,
                }),
            ],
        }));
}
