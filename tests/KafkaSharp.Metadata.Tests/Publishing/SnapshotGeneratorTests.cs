using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft.Log;
using KafkaSharp.StateMachines;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Metadata.Tests.Publishing;

internal sealed class SnapshotGeneratorTests
{
    // With the wall clock as the measure, a clock set back by a month suspended snapshots for a month.
    [TestCase(-30)]
    [TestCase(0)]
    [TestCase(30)]
    public async Task The_interval_between_snapshots_does_not_depend_on_the_wall_clock(int days)
    {
        var time = new ManualTimeProvider();
        var loop = new EventLoop("snapshots", time, NullLogger.Instance);
        var started = 0;
        var generator = new SnapshotGenerator(loop, (_, _) =>
        {
            started++;
            return null;
        }, long.MaxValue, TimeSpan.FromHours(1), NullLogger.Instance);
        var image = Image();
        generator.OnImage(image, new LoaderManifest(IsSnapshot: false, 100));
        time.StepWallClock(TimeSpan.FromDays(days));
        time.Advance(TimeSpan.FromMinutes(59));
        generator.OnImage(image, new LoaderManifest(IsSnapshot: false, 100));
        time.Advance(TimeSpan.FromMinutes(1));
        generator.OnImage(image, new LoaderManifest(IsSnapshot: false, 100));
        await loop.DisposeAsync();
        Assert.That(started, Is.EqualTo(1));
    }

    private static MetadataImage Image()
    {
        var version = new FeatureLevelRecord { Name = FeatureNames.MetadataVersion, FeatureLevel = MetadataVersion.LatestLevel };
        MetadataImage? image = null;
        new MetadataBatchLoader().Load(
            [new CommittedBatch<MetadataRecord>(0, 0, 1, 1000, 100, [new MetadataRecord(version, 0)])], (_, loaded, _) => image = loaded);
        return image!;
    }
}
