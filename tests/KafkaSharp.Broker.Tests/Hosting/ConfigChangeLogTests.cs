using KafkaSharp.Broker.Hosting;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>Changes of the dynamic configuration are logged, one line for each resource.</summary>
internal sealed class ConfigChangeLogTests
{
    private const sbyte Topic = 2;
    private const sbyte Broker = 4;
    private const sbyte Group = 32;

    private readonly CollectingLogger _logger = new();
    private MetadataImage _image = MetadataImage.Empty;
    private ConfigChangeLog _log = null!;

    [SetUp]
    public void SetUp()
    {
        _logger.Clear();
        _image = MetadataImage.Empty;
        _log = new ConfigChangeLog(_logger);
        Update(new TopicRecord { Name = "t", TopicId = new Uuid(1, 1) }, Set(Topic, "t", "segment.ms", "1000"));
        Assert.That(_logger.Lines, Is.Empty, "what was set before the start");
    }

    [Test]
    public void A_change_is_one_line_at_INFO_with_the_new_value_and_what_is_no_longer_set()
    {
        Update(Set(Topic, "t", "segment.ms", "2000"), Set(Topic, "t", "retention.ms", "5"));
        Update(Set(Topic, "t", "segment.ms", null));
        Update(Set(Broker, "", "log.cleaner.threads", "2"));
        Update(Set(Broker, "1", "message.max.bytes", "2000000"));
        Update(Set(Group, "g", "consumer.session.timeout.ms", "50000"));
        Assert.That(_logger.InformationLines, Is.EqualTo(new[]
        {
            "The dynamic configuration of topic t has changed: retention.ms=5, segment.ms=2000",
            "The dynamic configuration of topic t has changed: segment.ms is no longer set",
            "The dynamic configuration of all brokers has changed: log.cleaner.threads=2",
            "The dynamic configuration of broker 1 has changed: message.max.bytes=2000000",
            "The dynamic configuration of group g has changed: consumer.session.timeout.ms=50000",
        }));
    }

    [Test]
    public void A_key_that_nobody_knows_and_a_password_are_not_shown()
    {
        Update(Set(Broker, "", "no.such.key", "secret-1"), Set(Broker, "", "ssl.keystore.password", "secret-2"));
        Assert.That(_logger.InformationLines, Has.Some.Contains("no.such.key=[hidden]").And.Contains("ssl.keystore.password=[hidden]"));
        Assert.That(_logger.Lines, Has.None.Contains("secret"));
    }

    [Test]
    public void The_configs_of_a_new_or_deleted_topic_and_a_value_that_stays_are_no_change()
    {
        Update(new TopicRecord { Name = "u", TopicId = new Uuid(1, 2) }, Set(Topic, "u", "retention.ms", "5"));
        Update(Set(Topic, "t", "segment.ms", "1000"));
        Update(new RemoveTopicRecord { TopicId = new Uuid(1, 2) });
        Assert.That(_logger.Lines, Is.Empty);
    }

    [Test]
    public void Thousands_of_changes_in_one_update_are_few_lines()
    {
        Update([.. Enumerable.Range(0, 1000).Select(i => new TopicRecord { Name = $"m{i}", TopicId = new Uuid(2, i) })]);
        Update([.. Enumerable.Range(0, 1000).Select(i => Set(Topic, $"m{i}", "retention.ms", "5"))]);
        Assert.That(_logger.InformationLines, Has.Count.EqualTo(21));
        Assert.That(_logger.InformationLines[^1], Is.EqualTo("The dynamic configurations of 980 more resources have changed"));
    }

    private void Update(params IRecordMessage[] messages)
    {
        var delta = new MetadataDelta(_image);
        foreach (var message in messages)
            delta.Replay(new MetadataRecord(message, 0));
        _image = delta.Apply(MetadataProvenance.Empty);
        _log.OnMetadataUpdate(delta, _image);
    }

    private static ConfigRecord Set(sbyte type, string resource, string name, string? value) =>
        new() { ResourceType = type, ResourceName = resource, Name = name, Value = value };
}
