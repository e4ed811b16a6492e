using KafkaSharp.Protocol;
using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Storage.Tests.Manager;

public sealed class LogDirectoryNameTests
{
    [TestCase("t-0", "t", 0, LogDirectoryKind.Current)]
    [TestCase("a-b-c-12", "a-b-c", 12, LogDirectoryKind.Current)]
    [TestCase("a.b-1", "a.b", 1, LogDirectoryKind.Current)]
    [TestCase("t-0.b65d6b9e08c746ccb6f9a3923a90f73b-delete", "t", 0, LogDirectoryKind.Delete)]
    [TestCase("a.b-c-3.b65d6b9e08c746ccb6f9a3923a90f73b-future", "a.b-c", 3, LogDirectoryKind.Future)]
    [TestCase("t-0.b65d6b9e08c746ccb6f9a3923a90f73b-stray", "t", 0, LogDirectoryKind.Stray)]
    [TestCase("t-0.b65d6b9e08c746ccb6f9a3923a90-left-stray", "t", 0, LogDirectoryKind.Left)]
    public void Names_are_read(string name, string topic, int partition, LogDirectoryKind kind)
    {
        Assert.That(LogDirectoryName.TryParse(name, out var parsed), Is.True);
        Assert.That(parsed, Is.EqualTo(new LogDirectoryName(new TopicPartition(topic, partition), kind)));
    }

    [TestCase("")]
    [TestCase("t")]
    [TestCase("-0")]
    [TestCase("t-")]
    [TestCase("t-x")]
    [TestCase("t--1-")]
    [TestCase("lost+found")]
    [TestCase("t-0-delete")]
    [TestCase("t-0.-delete")]
    [TestCase("t.b65d-delete")]
    [TestCase("t-99999999999")]
    public void Other_names_are_refused(string name) => Assert.That(LogDirectoryName.TryParse(name, out _), Is.False);

    [TestCase(1, LogDirectoryKind.Delete)]
    [TestCase(249, LogDirectoryKind.Delete)]
    [TestCase(249, LogDirectoryKind.Stray)]
    [TestCase(100, LogDirectoryKind.Future)]
    [TestCase(213, LogDirectoryKind.Future)]
    [TestCase(213, LogDirectoryKind.Left)]
    public void Created_names_fit_a_file_system_and_read_back(int topicLength, LogDirectoryKind kind)
    {
        var partition = new TopicPartition(new string('t', topicLength), 7);
        var name = LogDirectoryName.Create(partition, kind, new Random(1));
        Assert.That(name, Has.Length.LessThanOrEqualTo(255));
        Assert.That(LogDirectoryName.TryParse(name, out var parsed), Is.True);
        Assert.That((parsed.TopicPartition.Partition, parsed.Kind), Is.EqualTo((7, kind)));
        Assert.That(partition.Topic, Does.StartWith(parsed.TopicPartition.Topic));
    }
}
