using KafkaSharp.Metadata.Controller.Configs;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Tests.Controller.Configs;

/// <summary>
/// Codes and messages are those of Kafka 4.3.1's ConfigAdminManager, ControllerConfigurationValidator and ConfigurationControlManager.
/// </summary>
internal sealed class ConfigurationControlTests
{
    private const string TooLarge =
        "The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes.";

    private readonly ControllerHarness _harness = new();

    [OneTimeSetUp]
    public void Start()
    {
        _harness.StartBroker(1);
        _harness.CreateTopic("t");
        _harness.CreateTopic("u");
    }

    [TestCase(3, "x", ErrorCode.UnsupportedVersion, "Unknown resource type 3.")]
    [TestCase(-1, "x", ErrorCode.UnsupportedVersion, "Unknown resource type -1.")]
    [TestCase(0, "x", ErrorCode.UnsupportedVersion, "Unknown resource type 0.")]
    [TestCase(8, "1", ErrorCode.InvalidRequest, "Unexpected resource type BROKER_LOGGER.")]
    [TestCase(32, "", ErrorCode.InvalidRequest, "Default group resources are not allowed.")]
    [TestCase(2, "", ErrorCode.InvalidRequest, "Default topic resources are not allowed.")]
    [TestCase(2, "no/topic", ErrorCode.InvalidTopicException,
        "Topic name is invalid: 'no/topic' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'")]
    public void A_resource_that_has_no_configurations_is_refused(int type, string name, ErrorCode code, string message)
    {
        var altered =
            _harness.Run(_harness.Managers.Configurations.Alter(Set((sbyte)type, name, "cleanup.policy", "compact"))).Responses.Single();
        Assert.That((altered.ErrorCode, altered.ErrorMessage), Is.EqualTo((code, message)));
        Assert.That(_harness.Written, Is.Empty);
        var replaced = _harness.Run(
            _harness.Managers.Configurations.Alter(Replace((sbyte)type, name, "cleanup.policy", "compact"))).Responses.Single();
        Assert.That((replaced.ErrorCode, replaced.ErrorMessage), Is.EqualTo((code, message)));
        Assert.That(_harness.Written, Is.Empty);
    }

    [TestCase(2, "", 2, ErrorCode.InvalidConfig, "Can't APPEND to key retention.ms because its type is not LIST.")]
    [TestCase(2, "no/topic", 3, ErrorCode.InvalidConfig, "Can't SUBTRACT to key retention.ms because its type is not LIST.")]
    [TestCase(32, "", 2, ErrorCode.InvalidConfig, "Can't APPEND to key retention.ms because its type is not LIST.")]
    [TestCase(32, "", 7, ErrorCode.UnknownServerError, null)]
    public void An_operation_is_checked_before_its_resource(int type, string name, int operation, ErrorCode code, string? message)
    {
        var request = Set((sbyte)type, name, "retention.ms", "1");
        request.Resources[0].Configs[0].ConfigOperation = (sbyte)operation;
        var altered = _harness.Run(_harness.Managers.Configurations.Alter(request)).Responses.Single();
        Assert.That((altered.ErrorCode, altered.ErrorMessage), Is.EqualTo((code, message)));
    }

    [Test]
    public void A_value_that_no_record_holds_is_refused_for_its_resource_only()
    {
        // Of two bytes each: the length in characters is not above the limit.
        var large = new string('\u00e9', 16_384);
        var request = Set(2, "t", "cleanup.policy", large);
        request.Resources.AddRange(Set(2, "u", "cleanup.policy", "compact").Resources);
        var responses = _harness.Run(_harness.Managers.Configurations.Alter(request)).Responses;
        Assert.That(responses.Select(a => (a.ErrorCode, a.ErrorMessage)), Is.EqualTo(new[]
        {
            (ErrorCode.InvalidConfig, TooLarge), (ErrorCode.None, (string?)null),
        }));
        Assert.That(_harness.Written, Has.Count.EqualTo(1));
        var replaced = _harness.Run(_harness.Managers.Configurations.Alter(Replace(2, "t", "cleanup.policy", large))).Responses.Single();
        Assert.That((replaced.ErrorCode, replaced.ErrorMessage), Is.EqualTo((ErrorCode.InvalidConfig, TooLarge)));
        var created = _harness.CreateTopic("large", 1, 1, ("cleanup.policy", large));
        Assert.That((created.ErrorCode, created.ErrorMessage), Is.EqualTo((ErrorCode.InvalidConfig, TooLarge)));
        var appended = Set(2, "u", "cleanup.policy", new string('x', short.MaxValue));
        appended.Resources[0].Configs[0].ConfigOperation = (sbyte)AlterConfigOperation.Append;
        Assert.That(_harness.Run(_harness.Managers.Configurations.Alter(appended)).Responses.Single().ErrorMessage, Is.EqualTo(TooLarge));
    }

    [TestCase("one", "Unable to parse broker name as a base 10 number.")]
    [TestCase("-1", "Invalid negative broker ID.")]
    public void A_broker_is_named_by_its_id(string name, string message)
    {
        var altered = _harness.Run(_harness.Managers.Configurations.Alter(Set(4, name, "log.cleaner.threads", "2"))).Responses.Single();
        Assert.That((altered.ErrorCode, altered.ErrorMessage), Is.EqualTo((ErrorCode.InvalidRequest, message)));
    }

    // Brokers refuse such requests of their clients.
    [Test]
    public void Of_a_key_named_twice_the_last_value_counts_and_none_removes_it()
    {
        var harness = new ControllerHarness();
        harness.StartBroker(1);
        harness.CreateTopic("t");
        var twice = Set(2, "t", "segment.ms", "no number");
        twice.Resources[0].Configs.AddRange(Set(2, "t", "segment.ms", "7").Resources[0].Configs);
        Assert.That(harness.Run(harness.Managers.Configurations.Alter(twice)).Responses.Single().ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(Value(), Is.EqualTo("7"));
        harness.Run(harness.Managers.Configurations.Alter(Set(2, "t", "segment.ms", null)));
        Assert.That(Value(), Is.Null);

        var replaced = Replace(2, "t", "segment.ms", "8");
        replaced.Resources[0].Configs.AddRange(Replace(2, "t", "segment.ms", "9").Resources[0].Configs);
        harness.Run(harness.Managers.Configurations.Alter(replaced));
        Assert.That((Value(), harness.Written.Count), Is.EqualTo(("9", 1)));
        harness.Run(harness.Managers.Configurations.Alter(Replace(2, "t", "segment.ms", null)));
        Assert.That((Value(), harness.Written.Count), Is.EqualTo(((string?)null, 1)));

        string? Value() => harness.Image.Configs.Value(new(ConfigResourceType.Topic, "t"), "segment.ms");
    }

    [Test]
    public void A_broker_s_value_is_written_again_though_it_did_not_change()
    {
        foreach (var (type, name, key, value, again) in new[] { (4, "1", "log.cleaner.threads", "2", 1), (2, "t", "segment.ms", "5", 0) })
        {
            _harness.Run(_harness.Managers.Configurations.Alter(Replace((sbyte)type, name, key, value)));
            Assert.That(_harness.Written, Has.Count.EqualTo(1));
            _harness.Run(_harness.Managers.Configurations.Alter(Replace((sbyte)type, name, key, value)));
            Assert.That(_harness.Written, Has.Count.EqualTo(again), name);
        }
    }

    [Test]
    public void A_request_that_would_write_too_much_fails_as_a_whole()
    {
        var request = new AlterConfigsRequest
        {
            Resources = [.. Enumerable.Range(0, 5001).Select(i => Replace(32, $"g{i}", "retention.ms", "1").Resources[0])],
        };
        foreach (var resource in request.Resources)
            resource.Configs.Add(new() { Name = "segment.ms", Value = "1" });
        Assert.That(() => _harness.Managers.Configurations.Alter(request), Throws.TypeOf<StateMachineException>().With.Message
            .EqualTo("Unable to perform excessively large batch operation.").And.Property("ErrorCode").EqualTo(ErrorCode.PolicyViolation));
    }

    [Test]
    public void Eligible_leader_replicas_are_cleared_by_what_is_written_after_all_of_it()
    {
        var harness = new ControllerHarness();
        harness.StartBroker(1);
        harness.CreateTopic("t", 1, 1, ("min.insync.replicas", "1"));
        Assert.That(harness.Image.Features.IsElrEnabled);
        Assert.That(Written(), Is.EqualTo(
            new[] { "TopicRecord", "ConfigRecord min.insync.replicas", "ClearElrRecord t", "PartitionRecord" }));
        harness.Run(harness.Managers.Configurations.Alter(Set(2, "t", "min.insync.replicas", "1")));
        Assert.That(Written(), Is.Empty, "nothing changed");
        var request = Set(2, "t", "min.insync.replicas", "2");
        request.Resources.AddRange(Set(4, "", "min.insync.replicas", "1").Resources);
        harness.Run(harness.Managers.Configurations.Alter(request));
        Assert.That(Written(), Is.EqualTo(new[]
        {
            "ConfigRecord min.insync.replicas", "ConfigRecord min.insync.replicas", "ClearElrRecord t", "ClearElrRecord ",
        }));

        IEnumerable<string> Written() => harness.Written.Select(record => record.Message switch
        {
            ConfigRecord config => $"ConfigRecord {config.Name}",
            ClearElrRecord clear => $"ClearElrRecord {clear.TopicName}",
            var other => other.GetType().Name,
        });
    }

    private static IncrementalAlterConfigsRequest Set(sbyte type, string resource, string name, string? value) => new()
    {
        Resources = [new() { ResourceType = type, ResourceName = resource, Configs = [new() { Name = name, Value = value }] }],
    };

    private static AlterConfigsRequest Replace(sbyte type, string resource, string name, string? value) => new()
    {
        Resources = [new() { ResourceType = type, ResourceName = resource, Configs = [new() { Name = name, Value = value }] }],
    };
}
