namespace KafkaSharp.Server.Tests.Commands;

/// <summary>The command dump-log as a process.</summary>
internal sealed class DumpLogTests : ServerTest
{
    [Test]
    public async Task A_file_that_is_not_there_is_one_clear_sentence()
    {
        var result = await Kafkasharp.RunAsync(Folder, "dump-log", "--files", "00000000000000000000.log");
        Assert.That(
            (result.ExitCode, string.Join('\n', result.Error)), Is.EqualTo((1, "There is no file 00000000000000000000.log")));
    }

    [Test]
    public async Task An_unknown_decoder_is_refused_with_those_that_exist()
    {
        var result = await Kafkasharp.RunAsync(Folder, "dump-log", "--files", "a.log", "--value-decoder-class", "com.example.Mine");
        Assert.That(
            (result.ExitCode, string.Join('\n', result.Error)),
            Is.EqualTo((1,
                "There is no decoder com.example.Mine. Decoders: StringDecoder, DefaultDecoder, LongDecoder, IntegerDecoder")));
    }

    [Test]
    public async Task A_new_metadata_log_is_readable()
    {
        var file = WriteProperties();
        await Kafkasharp.RunAsync(Folder, "format", "-c", file, "-t", ClusterId);
        var checkpoint = Path("data", "__cluster_metadata-0", "00000000000000000000-0000000000.checkpoint");
        var source = File.Exists(checkpoint) ? checkpoint : Path("data", "bootstrap.checkpoint");
        var result = await Kafkasharp.RunAsync(Folder, "dump-log", "--cluster-metadata-decoder", "--files", source);
        Assert.That(
            string.Join('\n', result.Output),
            Does.Contain("""payload: {"type":"FEATURE_LEVEL_RECORD","version":0,"data":{"name":"metadata.version","""));
    }
}
