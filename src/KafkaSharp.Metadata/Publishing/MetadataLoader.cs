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
/// Follows the metadata log and shows it as images: registered with the <see cref="RaftNode{TRecord}"/>, it builds an image of what was
/// committed at once and calls its publishers in order on its own event loop. Nothing is published until it has caught up with the log once, so that a
/// start does not live through history. <see cref="Image"/> and the waits may be used from any thread.
/// </summary>
/// <param name="loop">Where images are made and publishers run. Not owned.</param>
/// <param name="highWatermark">The log's high watermark, exclusive; negative while it is not known.</param>
/// <param name="faultHandler">Told when the log can't be read any further (<see cref="MetadataException"/>): the node should end.</param>
/// <param name="logger">Where faults of publishers go.</param>
public sealed class MetadataLoader(EventLoop loop, Func<long> highWatermark, Action<Exception> faultHandler, ILogger logger)
    : IRaftListener<MetadataRecord>, IMetadataProgress
{
    private readonly MetadataBatchLoader _batches = new();
    private readonly List<IMetadataPublisher> _publishers = [];
    private readonly MetadataOffsetWaits _waits = new();
    private volatile MetadataImage _image = MetadataImage.Empty;
    private LeaderAndEpoch _leader;
    private bool _caughtUp;
    private bool _faulted;

    /// <summary>The latest image that all publishers have seen; empty before the first.</summary>
    public MetadataImage Image => _image;

    /// <summary>Makes snapshots as the log grows, or null.</summary>
    public SnapshotGenerator? SnapshotGenerator { get; init; }

    public long LastAppliedOffset => _waits.Reached;

    /// <summary>Completes when all publishers have seen an image that contains the given offset, at once where they have.</summary>
    public Task WaitForOffsetAsync(long offset, CancellationToken cancellation = default) => _waits.WaitAsync(offset, cancellation);

    /// <summary>Completes with the first image, of a node that has caught up, for which the condition holds.</summary>
    public Task<MetadataImage> WaitForAsync(Func<MetadataImage, bool> condition, CancellationToken cancellation = default) =>
        _waits.WaitAsync(condition, () => _image, cancellation);

    /// <summary>Adds a publisher. Where images have been published it gets the latest one at once, with a delta from nothing.</summary>
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

    private void Post(Action action) => loop.Post(() =>
    {
        if (_faulted)
            return;
        try
        {
            action();
        }
#pragma warning disable CA1031 // Whatever it is, the metadata can't be followed any further.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _faulted = true;
            logger.LoaderFaulted(_batches.LastOffset, e);
            _waits.Abort();
            faultHandler(e);
        }
    });

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
#pragma warning disable CA1031 // One publisher's fault must not keep the others from the metadata.
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
