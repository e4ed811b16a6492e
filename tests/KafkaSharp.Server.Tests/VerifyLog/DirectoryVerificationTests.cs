using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.Server.VerifyLog;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Server.Tests.VerifyLog;

/// <summary>Verifies data directories of Apache Kafka: as they are, and damaged in each way that is looked for.</summary>
internal sealed class DirectoryVerificationTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("kafkasharp-verify-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("stage1-uncleaned")]
    [TestCase("stage2-killed")]
    [TestCase("stage3-recovered")]
    [TestCase("cluster3-node1")]
    [TestCase("cluster3-node2")]
    [TestCase("cluster3-node3")]
    public void Directories_of_Apache_Kafka_have_no_faults_and_are_not_changed(string stage)
    {
        Unpack(stage);
        var before = Hashes();
        var directories = Directory.EnumerateFiles(_folder, "meta.properties", SearchOption.AllDirectories)
            .Select(path => Path.GetDirectoryName(path)!).ToArray();
        Assert.That(directories, Is.Not.Empty);
        foreach (var directory in directories)
        {
            var found = Verify(directory);
            Assert.That(found.Faults, Is.Empty, string.Join('\n', found.Faults));
            Assert.That(found.StartFailure, Is.Null);
            Assert.That(found.Summary.Counts.Batches, Is.Positive);
        }
        Assert.That(Hashes(), Is.EqualTo(before));
    }

    [Test]
    public void A_damaged_batch_is_found_and_stays()
    {
        Unpack("stage3-recovered");
        var path = FirstSegment("data-a/plain-1");
        Change(path, 70, value => (byte)(value ^ 1));
        var found = Verify(In("data-a"));
        Assert.That(found.Faults.Single().ToString(), Does.StartWith($"{path}, position 0: the batch at offset 0 is not valid: "));
        Assert.That(found.Remains, Is.EqualTo(found.Faults));
    }

    [Test]
    public void Bytes_at_the_end_are_cut_by_a_start()
    {
        Unpack("stage3-recovered");
        var path = LastSegment("data-a/plain-1");
        File.AppendAllBytes(path, new byte[100]);
        var found = Verify(In("data-a"));
        Assert.That(found.Faults, Has.Count.EqualTo(1));
        Assert.That(found.Changes, Has.Some.Contain(path));
        Assert.That(found.Remains, Is.Empty);
    }

    [TestCase(".index")]
    [TestCase(".timeindex")]
    public void A_missing_index_is_made_again_by_a_start(string suffix)
    {
        Unpack("stage3-recovered");
        var path = Path.ChangeExtension(FirstSegment("data-b/txn-0"), suffix);
        File.Delete(path);
        var found = Verify(In("data-b"));
        Assert.That(found.Faults, Is.Not.Empty.And.All.Property(nameof(Fault.File)).EqualTo(path));
        Assert.That(found.Changes, Has.Some.Contain($"{path} is missing"));
        Assert.That(found.Remains, Is.Empty);
    }

    [TestCase(".index", 19, -20, "where later offsets begin")]
    [TestCase(".index", 23, 1, "where no batch begins")]
    [TestCase(".timeindex", 31, 1, "is the largest timestamp up to offset")]
    [TestCase(".timeindex", 35, 60, "is the largest timestamp up to offset")]
    [TestCase(".txnindex", 25, 1, "has no entry")]
    public void An_entry_that_does_not_fit_the_segment_is_found(string suffix, int position, int change, string text)
    {
        Unpack("stage3-recovered");
        var path = Path.ChangeExtension(In("data-b/txn-0/00000000000000000109.log"), suffix);
        Change(path, position, value => (byte)(value + change));
        var found = Verify(In("data-b"));
        Assert.That(found.Faults, Is.Not.Empty.And.All.Property(nameof(Fault.File)).EqualTo(path));
        Assert.That(found.Faults, Has.Some.Property(nameof(Fault.Text)).Contain(text));
    }

    [Test]
    public void Other_leader_epochs_are_found()
    {
        Unpack("stage3-recovered");
        var path = In("data-a/plain-1/leader-epoch-checkpoint");
        File.WriteAllText(path, "0\n1\n7 0\n");
        Assert.That(Verify(In("data-a")).Faults, Has.One.Property(nameof(Fault.Text)).Contain("leader-epoch-checkpoint has the epoch"));
    }

    [TestCase("data-a/plain-1/leader-epoch-checkpoint")]
    [TestCase("data-a/plain-1/partition.metadata")]
    [TestCase("data-a/recovery-point-offset-checkpoint")]
    [TestCase("data-a/replication-offset-checkpoint")]
    [TestCase("data-a/meta.properties")]
    public void A_file_with_other_content_is_found(string file)
    {
        Unpack("stage3-recovered");
        File.WriteAllText(In(file), "other\n");
        var found = Verify(In("data-a"));
        Assert.That(found.Faults, Has.Some.Property(nameof(Fault.Text)).Contain(Path.GetFileName(file))
            .Or.Some.Property(nameof(Fault.File)).EqualTo(In(file)));
    }

    [Test]
    public void A_damaged_snapshot_of_the_producers_is_found_and_deleted_by_a_start()
    {
        Unpack("stage3-recovered");
        var path = Directory.EnumerateFiles(In("data-b/txn-0"), "*.snapshot").First();
        Change(path, 10, value => (byte)(value + 1));
        var found = Verify(In("data-b"));
        Assert.That(found.Faults.Select(fault => fault.File), Is.EqualTo([path]));
    }

    [Test]
    public void Records_that_were_flushed_and_are_missing_are_found()
    {
        Unpack("stage3-recovered");
        File.Delete(In("data-a/.kafka_cleanshutdown"));
        File.WriteAllText(In("data-a/recovery-point-offset-checkpoint"), "0\n1\nplain 1 1000000\n");
        Assert.That(Verify(In("data-a")).Faults, Has.One.Property(nameof(Fault.Text)).Contain("records are missing"));
    }

    [Test]
    public void One_partition_can_be_verified()
    {
        Unpack("stage3-recovered");
        Assert.That(Verify(In("data-a/plain-1")).Summary.Counts.Partitions, Is.EqualTo(1));
    }

    [Test]
    public void A_folder_that_is_no_data_directory_is_refused()
    {
        File.WriteAllText(In("other.log"), "");
        Assert.That(() => Verify(_folder), Throws.InstanceOf<DumpException>().With.Message.Contain("is no data directory"));
        Assert.That(() => Verify(In("missing")), Throws.InstanceOf<DumpException>().With.Message.Contain("There is no directory"));
    }

    private static RecordedOutput Verify(string directory)
    {
        var found = new RecordedOutput();
        var time = new ManualTimeProvider();
        var isRight = new DirectoryVerification(found, new VerifyProgress(null, time), time, new Random(1)).Run(directory);
        Assert.That(isRight, Is.EqualTo(found.Faults.Count == 0));
        return found;
    }

    private static void Change(string path, int position, Func<byte, byte> change)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[position] = change(bytes[position]);
        File.WriteAllBytes(path, bytes);
    }

    private string In(string path) => Path.Combine(_folder, path);

    private string FirstSegment(string partition) => Directory.EnumerateFiles(In(partition), "*.log").Order().First();

    private string LastSegment(string partition) => Directory.EnumerateFiles(In(partition), "*.log").Order().Last();

    private Dictionary<string, string> Hashes() => Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
        .ToDictionary(path => path, path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));

    private void Unpack(string stage)
    {
        using var archive = new GZipStream(File.OpenRead(Vectors.Find($"log-dirs/{stage}.tar.gz")), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(archive, _folder, overwriteFiles: true);
    }
}
