using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.Checkpoints;

public sealed class CheckpointFileTests
{
    private MemoryFileSystem _files = null!;

    [SetUp]
    public void CreateDirectory()
    {
        _files = new MemoryFileSystem(TimeProvider.System);
        _files.CreateDirectory("/d");
    }

    [TestCase(OffsetCheckpointFile.RecoveryPoint)]
    [TestCase(OffsetCheckpointFile.HighWatermark)]
    [TestCase(OffsetCheckpointFile.LogStartOffset)]
    public void Offsets_of_genuine_directories_are_written_as_they_were_read(string name)
    {
        var count = 0;
        foreach (var (file, text) in LogDirVectors.Texts(name))
        {
            Put("/d/" + name, text);
            var checkpoint = new OffsetCheckpointFile(_files, "/d/" + name);
            var offsets = checkpoint.Read();
            checkpoint.Write(offsets);
            Assert.That(Text("/d/" + name), Is.EqualTo(text), file);
            count += offsets.Count;
        }
        Assert.That(count, Is.GreaterThan(0));
    }

    [Test]
    public void Leader_epochs_of_genuine_directories_are_written_as_they_were_read()
    {
        var count = 0;
        foreach (var (file, text) in LogDirVectors.Texts(LeaderEpochCheckpointFile.Name))
        {
            Put("/d/" + LeaderEpochCheckpointFile.Name, text);
            var entries = LeaderEpochCheckpointFile.Read(_files, "/d");
            LeaderEpochCheckpointFile.Write(_files, "/d", entries);
            Assert.That(Text("/d/" + LeaderEpochCheckpointFile.Name), Is.EqualTo(text.Length == 0 ? "0\n0\n" : text), file);
            count += entries.Count;
        }
        Assert.That(count, Is.GreaterThan(50));
    }

    [TestCase("")]
    [TestCase("\0\0\0\0\0\0\0\0")]
    public void A_topic_id_that_a_power_failure_has_taken_is_unknown_and_no_failure(string text)
    {
        Put("/d/" + PartitionMetadataFile.Name, text);
        Assert.That(PartitionMetadataFile.Read(_files, "/d"), Is.Null);
        Put("/d/" + PartitionMetadataFile.Name, "\0x");
        Assert.That(() => PartitionMetadataFile.Read(_files, "/d"), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void Topic_ids_of_genuine_directories_are_written_as_they_were_read()
    {
        var count = 0;
        foreach (var (file, text) in LogDirVectors.Texts(PartitionMetadataFile.Name))
        {
            Assert.That(PartitionMetadataFile.Format(PartitionMetadataFile.Parse(text)), Is.EqualTo(text), file);
            count++;
        }
        Assert.That(count, Is.GreaterThan(50));
    }

    [Test]
    public void Clean_shutdown_files_of_genuine_directories_are_written_as_they_were_read()
    {
        var count = 0;
        foreach (var (file, text) in LogDirVectors.Texts(CleanShutdownFile.Name))
        {
            Assert.That(CleanShutdownFile.Format(CleanShutdownFile.Parse(System.Text.Encoding.UTF8.GetBytes(text))), Is.EqualTo(text),
                file);
            count++;
        }
        Assert.That(count, Is.GreaterThan(1));
    }

    [Test]
    public void A_clean_shutdown_file_is_found_once()
    {
        CleanShutdownFile.Write(_files, "/d", 17);
        Assert.That(CleanShutdownFile.TryTake(_files, "/d", out var epoch), Is.True);
        Assert.That(epoch, Is.EqualTo(17));
        Assert.That(CleanShutdownFile.TryTake(_files, "/d", out epoch), Is.False);
        Assert.That(epoch, Is.EqualTo(-1));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[1]")]
    [TestCase("{\"version\":0}")]
    public void A_clean_shutdown_file_without_an_epoch_still_counts(string text)
    {
        Put("/d/" + CleanShutdownFile.Name, text);
        Assert.That(CleanShutdownFile.TryTake(_files, "/d", out var epoch), Is.True);
        Assert.That(epoch, Is.EqualTo(-1));
    }

    [TestCase("\n")]
    [TestCase("1\n0\n")]
    [TestCase("x\n0\n")]
    [TestCase("0\n")]
    [TestCase("0\n-1\n")]
    [TestCase("0\n1\n")]
    [TestCase("0\n0\nt 0 0\n")]
    [TestCase("0\n1\nt 0\n")]
    [TestCase("0\n1\nt x 0\n")]
    [TestCase("0\n1\nt 0 0 0\n")]
    public void A_malformed_checkpoint_is_reported_with_its_path(string text)
    {
        Put("/d/x", text);
        Assert.That(() => new OffsetCheckpointFile(_files, "/d/x").Read(), Throws.InstanceOf<IOException>().With.Message.Contains("/d/x"));
    }

    [Test]
    public void An_absent_checkpoint_is_empty() => Assert.That(new OffsetCheckpointFile(_files, "/d/x").Read(), Is.Empty);

    [Test]
    public void Replacing_leaves_no_temporary_file()
    {
        new OffsetCheckpointFile(_files, "/d/x").Write([new(new TopicPartition("t", 0), 5)]);
        Assert.That(_files.EnumerateFiles("/d"), Is.EqualTo(new[] { "/d/x" }));
    }

    private void Put(string path, string text)
    {
        using var file = _files.OpenFile(path, StorageFileMode.Create);
        file.Write(0, System.Text.Encoding.UTF8.GetBytes(text));
    }

    private string Text(string path) => System.Text.Encoding.UTF8.GetString(_files.ReadAllBytes(path));
}
