using System.Diagnostics;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Manager;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>
/// A genuine directory, continued and closed by us, and opened again by the genuine broker: it trusts the clean stop and serves what we
/// wrote.
/// </summary>
[Explicit("starts a JVM")]
public sealed class HandOverToGenuineBrokerTests
{
    private static readonly TopicPartition Partition = new("idem", 0);

    [Test, CancelAfter(300_000)]
    public async Task The_genuine_broker_goes_on_from_a_directory_that_we_continued(CancellationToken cancellation)
    {
        var kafkaRun = Vectors.TryFindKafkaRun();
        Assume.That(kafkaRun, Is.Not.Null);
        var folder = LogDirVectors.Unpack("stage1-uncleaned");
        await AppendAndClose(folder);

        var config = Path.Combine(folder, "server.properties");
        await File.WriteAllTextAsync(config, $"""
            process.roles=broker,controller
            node.id=1
            controller.quorum.bootstrap.servers=127.0.0.1:39193
            listeners=PLAINTEXT://127.0.0.1:39192,CONTROLLER://127.0.0.1:39193
            controller.listener.names=CONTROLLER
            log.retention.ms=-1
            log.dirs={folder}/data-a,{folder}/data-b
            """, cancellation);
        using var broker = Process.Start(new ProcessStartInfo(kafkaRun!, ["server-start", config]) { RedirectStandardOutput = true })!;
        try
        {
            // It logs warnings and errors only.
            var output = broker.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var offsets = "";
            while (!offsets.Contains("idem:0:", StringComparison.Ordinal) && !broker.HasExited)
                offsets = await RunAsync(
                    kafkaRun!, cancellation, "get-offsets", "--bootstrap-server", "127.0.0.1:39192", "--topic", "idem");
            Assert.That(offsets, Does.Contain("idem:0:362"));
            var records =
                await RunAsync(kafkaRun!, cancellation, "console-consumer", "--bootstrap-server", "127.0.0.1:39192", "--topic", "idem",
                "--partition", "0", "--offset", "360", "--max-messages", "2");
            Assert.That(records, Does.StartWith("ours\ntoo\n"));
            broker.Kill(entireProcessTree: true);
            Assert.That(await output, Does.Not.Contain("ERROR").And.Not.Contain("idem-0"));
        }
        finally
        {
            broker.Kill(entireProcessTree: true);
            await broker.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> RunAsync(string kafkaRun, CancellationToken cancellation, params string[] arguments)
    {
        using var tool = Process.Start(new ProcessStartInfo(kafkaRun, arguments) { RedirectStandardOutput = true })!;
        var output = await tool.StandardOutput.ReadToEndAsync(cancellation);
        await tool.WaitForExitAsync(cancellation);
        return output;
    }

    /// <summary>Two records more from producer 0, which the directory's snapshot knows: its last sequence was 119 in epoch 0.</summary>
    private static async Task AppendAndClose(string folder)
    {
        await using var manager = LogManager.Open(new LogManagerOptions
        {
            FileSystem = new PhysicalFileSystem(),
            Directories = [Path.Combine(folder, "data-a"), Path.Combine(folder, "data-b")],
            Time = new ManualTimeProvider(new DateTimeOffset(2023, 11, 14, 23, 0, 0, TimeSpan.Zero)),
            Random = new Random(1),
        });
        var log = manager.Get(Partition)!;
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { ProducerId = 0, ProducerEpoch = 0, BaseSequence = 120 });
        builder.Append(1_700_000_000_200, "k"u8, "ours"u8);
        builder.Append(1_700_000_000_200, "k"u8, "too"u8);
        Assert.That(log.AppendAsLeader(builder.Build().ToArray(), leaderEpoch: 1).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(log.LogEndOffset, Is.EqualTo(362));
        await manager.ShutdownAsync(brokerEpoch: 17);
    }
}
