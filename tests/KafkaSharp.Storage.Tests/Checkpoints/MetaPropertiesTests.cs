using System.Globalization;
using System.Text;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.Checkpoints;

public sealed class MetaPropertiesTests
{
    private static readonly DateTimeOffset Date = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly MemoryFileSystem _files = new(TimeProvider.System);

    [Test]
    public void Genuine_files_are_written_as_they_were_read()
    {
        var count = 0;
        foreach (var (file, text) in LogDirVectors.Texts(MetaProperties.Name))
        {
            var date = DateTimeOffset.ParseExact(
                text.Split('\n')[1], "'#'ddd MMM dd HH:mm:ss 'UTC' yyyy", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            var properties = MetaProperties.Parse(Encoding.UTF8.GetBytes(text));
            Assert.That(properties.Format(date), Is.EqualTo(text), file);
            count++;
        }
        Assert.That(count, Is.GreaterThan(6));
    }

    [Test]
    public void Version_0_names_a_broker_id() => Assert.That(
        MetaProperties.Parse("version=0\nbroker.id=7\n"u8), Is.EqualTo(new MetaProperties { Version = 0, NodeId = 7 }));

    [TestCase("node.id=1\ncluster.id=x", "has no version")]
    [TestCase("version=2", "has version 2, which is not supported")]
    [TestCase("version=1\nnode.id=1", "has no cluster.id")]
    [TestCase("version=1\ncluster.id=x", "has no node.id")]
    [TestCase("version=1\ncluster.id=x\nnode.id=y", "has the node.id 'y', which is not a number")]
    [TestCase("version=1\ncluster.id=x\nnode.id=1\ndirectory.id=z", "has the directory.id 'z', which is not a UUID")]
    public void What_is_wrong_is_said(string text, string message) => Assert.That(
        () => MetaProperties.Parse(Encoding.UTF8.GetBytes(text)), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(message));

    [Test]
    public void Directories_are_checked_against_each_other_and_the_configuration()
    {
        Write("/a", new MetaProperties { ClusterId = "c1", NodeId = 1, DirectoryId = new Uuid(1, 1) });
        Write("/b", new MetaProperties { ClusterId = "c2", NodeId = 2, DirectoryId = new Uuid(1, 1) });
        _files.CreateDirectory("/empty");
        _files.CreateDirectory("/broken");
        using (var file = _files.OpenFile("/broken/meta.properties", StorageFileMode.Create))
            file.Write(0, "version=9"u8);

        var ensemble = MetaPropertiesEnsemble.Load(_files, ["/a", "/b", "/empty", "/absent", "/broken"]);
        Assert.Multiple(() =>
        {
            Assert.That(ensemble.Unformatted, Is.EqualTo(new[] { "/empty", "/absent" }));
            Assert.That(ensemble.Failed["/broken"], Is.EqualTo("The file /broken/meta.properties has version 9, which is not supported"));
            Assert.That(ensemble.Verify(), Is.EqualTo(new[]
            {
                "The directory belongs to another cluster: /b/meta.properties has cluster.id c2, and c1 is expected.",
                "The directory belongs to another node: /b/meta.properties has node.id 2, and 1 is expected.",
                "Two directories have the same directory.id AAAAAAAAAAEAAAAAAAAAAQ: /a and /b; one is a copy of the other.",
            }));
            Assert.That(MetaPropertiesEnsemble.Load(_files, ["/a"]).Verify("c1", 3), Is.EqualTo(new[]
            {
                "The directory belongs to another node: /a/meta.properties has node.id 1, and 3 is expected.",
            }));
            Assert.That(MetaPropertiesEnsemble.Load(_files, ["/a"]).Verify("c1", 1), Is.Empty);
        });
    }

    private void Write(string directory, MetaProperties properties)
    {
        _files.CreateDirectory(directory);
        properties.Write(_files, directory, Date);
    }
}
