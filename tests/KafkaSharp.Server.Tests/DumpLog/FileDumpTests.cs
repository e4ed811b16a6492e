using System.IO.Compression;
using System.Formats.Tar;
using System.Text.Json.Nodes;
using KafkaSharp.Server.DumpLog;
using KafkaSharp.Server.DumpLog.Json;
using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Server.Tests.DumpLog;

/// <summary>Dumps of genuine data directories, compared with what <c>kafka-dump-log</c> printed of each file.</summary>
internal sealed class FileDumpTests
{
    private static readonly string[] s_findings =
        ["Non-consecutive", "Mismatches", "The following indexed offsets", "Indexed offset", "  "];

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("kafkasharp-dump-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("stage1-uncleaned", 260)]
    [TestCase("stage2-killed", 155)]
    [TestCase("stage3-recovered", 230)]
    public void Each_file_is_printed_as_Kafka_prints_it(string stage, int atLeast)
    {
        Unpack(stage);
        var compared = 0;
        foreach (var (path, expected) in Sections(stage))
        {
            // Kafka's tool ends at the preallocated index of a segment without records.
            if (expected is [var first, ..] && first.StartsWith("Exception", StringComparison.Ordinal))
                continue;
            Assert.That(Dump(path), Is.EqualTo(expected), path);
            compared++;
        }
        Assert.That(compared, Is.AtLeast(atLeast));
    }

    [Test]
    public void A_gap_is_found_but_none_before_the_first_record()
    {
        Unpack("stage3-recovered");
        var output = new StringWriter();
        var path = Path.Combine(_folder, "data-b/compact-0/00000000000000000000.log");
        Text(new DumpOptions { IsDeep = true }, output).Print([path]);
        Assert.That(output.ToString(), Does.Contain($"Non-consecutive offsets in {path}\n  3 is followed by 13\n"));
    }

    [Test]
    public void A_wrong_entry_of_an_index_is_found()
    {
        Unpack("stage3-recovered");
        var path = Path.Combine(_folder, "data-b/txn-0/00000000000000000000.index");
        var bytes = File.ReadAllBytes(path);
        bytes[3]++;
        File.WriteAllBytes(path, bytes);
        var output = new StringWriter();
        Text(new DumpOptions { VerifiesIndexOnly = true }, output).Print([path]);
        Assert.That(output.ToString(), Is.EqualTo($"Dumping {path}\nMismatches in :{path}\n  Index offset: 9, log offset: 8\n"));
    }

    [Test]
    public void A_torn_batch_at_the_end_is_counted()
    {
        Unpack("stage3-recovered");
        var path = Path.Combine(_folder, "data-a/plain-1/00000000000000000000.log");
        using (var file = File.OpenWrite(path))
            file.SetLength(file.Length - 1);
        var output = new StringWriter();
        Text(new DumpOptions(), output).Print([path]);
        Assert.That(output.ToString(), Does.Match($"Found [0-9]+ invalid bytes at the end of {path}\n$"));
    }

    [Test]
    public void Json_has_one_object_a_line()
    {
        Unpack("stage3-recovered");
        var output = new StringWriter();
        string[] files =
        [
            "data-b/txn-0/00000000000000000109.log", "data-b/txn-0/00000000000000000109.index",
            "data-b/txn-0/00000000000000000109.timeindex", "data-b/txn-0/00000000000000000109.txnindex",
            "data-b/txn-0/00000000000000000109.snapshot",
        ];
        var options = OptionsFor(files[0]);
        new FileDump(options, new DumpJson(options, output)).Print(files.Select(file => Path.Combine(_folder, file)));
        var types = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!["type"]!.GetValue<string>()).Distinct();
        Assert.That(types, Is.EquivalentTo(
            ["file", "log", "batch", "record", "offsetIndexEntry", "timeIndexEntry", "abortedTransaction", "producer"]));
    }

    [Test]
    public void Json_contains_the_message_of_a_record_as_an_object()
    {
        Unpack("stage3-recovered");
        var path = Directory.EnumerateFiles(_folder, "*.log", SearchOption.AllDirectories)
            .First(path => path.Contains("__consumer_offsets", StringComparison.Ordinal) && new FileInfo(path).Length > 0);
        var output = new StringWriter();
        var options = OptionsFor(path);
        new FileDump(options, new DumpJson(options, output)).Print([path]);
        var record = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)
            .First(line => line["type"]!.GetValue<string>() == "record");
        Assert.That(record["key"]!["data"], Is.InstanceOf<JsonObject>());
    }

    private static FileDump Text(DumpOptions options, TextWriter output) => new(options, new DumpText(options, output));

    private List<string> Dump(string path)
    {
        var output = new StringWriter();
        Text(OptionsFor(path), output).Print([Path.Combine(_folder, path)]);
        return [.. output.ToString().Replace(_folder + "/", "", StringComparison.Ordinal).Split('\n').Skip(1).SkipLast(1)
            .Where(line => !IsFinding(line))];
    }

    private static bool IsFinding(string line) =>
        s_findings.Any(start => line.StartsWith(start, StringComparison.Ordinal));

    private static DumpOptions OptionsFor(string path)
    {
        var messages = StoredMessages.Load();
        return new DumpOptions
        {
            ReadsSnapshots = true,
            Records = path.Contains("__cluster_metadata", StringComparison.Ordinal) ? new MetadataTexts(messages, "metadata")
                : path.Contains("__consumer_offsets", StringComparison.Ordinal) ? new CoordinatorTexts(messages, "group")
                : path.Contains("__transaction_state", StringComparison.Ordinal) ? new CoordinatorTexts(messages, "transaction")
                : path.Contains("__share_group_state", StringComparison.Ordinal) ? new CoordinatorTexts(messages, "share")
                : new PlainTexts(PlainTexts.StringDecoder, PlainTexts.StringDecoder),
        };
    }

    private void Unpack(string stage)
    {
        using var archive = new GZipStream(File.OpenRead(Vectors.Find($"log-dirs/{stage}.tar.gz")), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(archive, _folder, overwriteFiles: true);
    }

    /// <summary>The lines of each file. What was found wrong comes later in the text, and names the files by other paths.</summary>
    private static IEnumerable<(string Path, List<string> Lines)> Sections(string stage)
    {
        string? path = null;
        List<string> lines = [];
        foreach (var line in Vectors.Lines($"log-dirs/{stage}.dump-log.txt.gz"))
        {
            if (line.StartsWith("Dumping ./", StringComparison.Ordinal))
            {
                if (path is not null)
                    yield return (path, lines);
                (path, lines) = (line["Dumping ./".Length..], []);
            }
            else if (!IsFinding(line))
            {
                lines.Add(line.Replace("./", "", StringComparison.Ordinal));
            }
        }
        yield return (path!, lines);
    }
}
