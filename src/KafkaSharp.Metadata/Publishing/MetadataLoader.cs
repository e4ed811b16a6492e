using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Raft;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Metadata.Publishing;

/// <summary>
/// Applies the metadata log on this node (Kafka's <c>MetadataLoader</c>): registered with the <see cref="RaftNode{TRecord}"/>, it makes an
/// image from the committed records and calls its publishers in order on its event loop. It publishes nothing before it has caught up with
/// the log once, so that publishers do not see outdated metadata at the start. <see cref="Image"/> and the waits are thread-safe.
/// </summary>
/// <param name="loop">The event loop for images and publishers. Not owned.</param>
/// <param name="highWatermark">The high watermark of the log, exclusive; negative while it is unknown.</param>
/// <param name="faultHandler">
/// Called if the log cannot be applied any further (<see cref="MetadataException"/>). The node must then stop.
/// </param>
/// <param name="logger">The logger.</param>
public sealed class MetadataLoader(EventLoop loop, Func<long> highWatermark, Action<Exception> faultHandler, ILogger logger)
    : IRaftListener<MetadataRecord>, IMetadataProgress
{
    private readonly MetadataBatchLoader _batches = new();
    private readonly List<IMetadataPublisher> _publishers = [];
    private readonly MetadataOffsetWaits _waits = new();
    private volatile MetadataImage _image = MetadataImage.Empty;
    private LeaderAndEpoch _leader;
    private readonly FailStop _failStop = new();
    private bool _caughtUp;

    /// <summary>The latest image that all publishers have applied; empty before the first one.</summary>
    public MetadataImage Image => _image;

    /// <summary>Creates snapshots as the log grows; null for none.</summary>
    public SnapshotGenerator? SnapshotGenerator { get; init; }

    public long LastAppliedOffset => _waits.Reached;

    /// <summary>Completes when all publishers have applied an image that contains the given offset.</summary>
    public Task WaitForOffsetAsync(long offset, CancellationToken cancellation = default) => _waits.WaitAsync(offset, cancellation);

    /// <summary>Completes with the first image that satisfies the condition, after the node has caught up.</summary>
    public Task<MetadataImage> WaitForAsync(Func<MetadataImage, bool> condition, CancellationToken cancellation = default) =>
        _waits.WaitAsync(condition, () => _image, cancellation);

    /// <summary>
    /// Adds a publisher. If an image has been published, the publisher receives it immediately, with a delta from the empty image.
    /// </summary>
    public Task AddPublisherAsync(IMetadataPublisher publisher) => loop.RunAsync(() =>
    {
        _publishers.Add(publisher);
        if (!_caughtUp)
            return;
        publisher.OnControllerChange(_leader);
        Call(publisher, WholeDelta(_image), _image);
    });

    public void HandleCommit(IReadOnlyList<CommittedBatch<MetadataRecord>> batches) => Post(() => _batches.Load(batches, Publish));

    public void HandleLoadSnapshot(SnapshotReader<MetadataRecord> reader) => Post(() =>
    {
        using (reader)
            _batches.Load(reader, Publish);
    });

    public void HandleLeaderChange(LeaderAndEpoch leader) => Post(() =>
    {
        _leader = leader;
        if (!_caughtUp)
            return;
        foreach (var publisher in _publishers)
            publisher.OnControllerChange(leader);
    });

    public void BeginShutdown() => Post(_waits.Abort);

    private void Post(Action command) => _failStop.Post(loop, command, Fail);

    private void Fail(Exception e)
    {
        logger.LoaderFaulted(_batches.LastOffset, e);
        _waits.Abort();
        faultHandler(e);
    }

    private void Publish(MetadataDelta delta, MetadataImage image, LoaderManifest manifest)
    {
        if (!_caughtUp)
        {
            var end = highWatermark();
            if (end < 0 || image.HighestOffset + 1 < end)
                return;
            _caughtUp = true;
            logger.CaughtUp(image.HighestOffset);
            delta = WholeDelta(image);
            foreach (var publisher in _publishers)
                publisher.OnControllerChange(_leader);
        }
        foreach (var publisher in _publishers)
            Call(publisher, delta, image);
        _image = image;
        _waits.Advance(image);
        SnapshotGenerator?.OnImage(image, manifest);
    }

    private void Call(IMetadataPublisher publisher, MetadataDelta delta, MetadataImage image)
    {
        try
        {
            publisher.OnMetadataUpdate(delta, image);
        }
#pragma warning disable CA1031 // The failure of one publisher must not affect the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.PublisherFaulted(publisher.Name, image.HighestOffset, e);
        }
    }

    private static MetadataDelta WholeDelta(MetadataImage image)
    {
        var delta = new MetadataDelta(MetadataImage.Empty);
        foreach (var record in MetadataImageWriter.Records(image))
            delta.Replay(record);
        return delta;
    }
}
