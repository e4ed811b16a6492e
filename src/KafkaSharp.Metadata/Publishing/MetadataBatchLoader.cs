using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Snapshots;

namespace KafkaSharp.Metadata.Publishing;

/// <summary>
/// Makes images from committed batches (Kafka's <c>MetadataBatchLoader</c>). A metadata transaction (KIP-868) is visible as a whole or not
/// at all: no image is made between its begin and its end, and an abort discards it. Not thread-safe.
/// </summary>
internal sealed class MetadataBatchLoader
{
    private MetadataDelta? _delta;
    private CommittedBatch<MetadataRecord>? _held;
    private long _bytes;
    private bool _inTransaction;

    public MetadataImage Image { get; private set; } = MetadataImage.Empty;

    /// <summary>The last offset that was loaded, including batches of an open transaction; -1 for none.</summary>
    public long LastOffset { get; private set; } = -1;

    public bool IsInTransaction => _inTransaction;

    /// <summary>
    /// Loads consecutive batches and calls <paramref name="publish"/> for each image that they complete: usually one image for all batches,
    /// so that the intermediate states of a long log cost nothing, and none within a transaction.
    /// </summary>
    public void Load(
        IReadOnlyList<CommittedBatch<MetadataRecord>> batches, Action<MetadataDelta, MetadataImage, LoaderManifest> publish)
    {
        foreach (var batch in batches)
        {
            _bytes += batch.SizeInBytes;
            for (var i = 0; i < batch.Records.Count; i++)
                Replay(batch, i, publish);
            LastOffset = batch.LastOffset;
            if (!_inTransaction)
                _held = batch;
        }
        if (_held is { } last)
            Publish(EndOf(last), publish);
    }

    /// <summary>Loads a snapshot, which replaces all earlier metadata.</summary>
    public void Load(SnapshotReader<MetadataRecord> snapshot, Action<MetadataDelta, MetadataImage, LoaderManifest> publish)
    {
        var delta = new MetadataDelta(Image);
        var bytes = 0L;
        foreach (var batch in snapshot.ReadBatches())
        {
            bytes += batch.SizeInBytes;
            foreach (var record in batch.Records)
                delta.Replay(record);
        }
        delta.FinishSnapshot();
        _delta = null;
        _held = null;
        _inTransaction = false;
        _bytes = 0;
        LastOffset = snapshot.Id.Offset - 1;
        Image = delta.Apply(new MetadataProvenance(LastOffset, snapshot.Id.Epoch, snapshot.LastContainedLogTimestamp));
        publish(delta, Image, new LoaderManifest(true, bytes));
    }

    private void Replay(CommittedBatch<MetadataRecord> batch, int index, Action<MetadataDelta, MetadataImage, LoaderManifest> publish)
    {
        var record = batch.Records[index];
        switch (record.Message)
        {
            case BeginTransactionRecord:
                if (_inTransaction)
                    throw new MetadataException($"A metadata transaction starts within another one at offset {batch.BaseOffset + index}");
                // Earlier records of this batch are not part of the transaction and must survive its abort.
                var before = index == 0
                    ? _held is { } held ? EndOf(held) : null
                    : new MetadataProvenance(batch.BaseOffset + index - 1, batch.Epoch, batch.AppendTimestamp, IsBatchAligned: false);
                if (before is not null)
                    Publish(before, publish);
                _inTransaction = true;
                break;
            case EndTransactionRecord:
                EndTransaction(batch.BaseOffset + index);
                break;
            case AbortTransactionRecord:
                EndTransaction(batch.BaseOffset + index);
                _delta = null;
                break;
            default:
                (_delta ??= new MetadataDelta(Image)).Replay(record);
                break;
        }
    }

    private static MetadataProvenance EndOf(CommittedBatch<MetadataRecord> batch) =>
        new(batch.LastOffset, batch.Epoch, batch.AppendTimestamp);

    private void EndTransaction(long offset)
    {
        if (!_inTransaction)
            throw new MetadataException($"A metadata transaction ends at offset {offset}, but none has started");
        _inTransaction = false;
    }

    private void Publish(MetadataProvenance provenance, Action<MetadataDelta, MetadataImage, LoaderManifest> publish)
    {
        var delta = _delta ?? new MetadataDelta(Image);
        var manifest = new LoaderManifest(false, _bytes);
        _delta = null;
        _held = null;
        _bytes = 0;
        Image = delta.Apply(provenance);
        publish(delta, Image, manifest);
    }
}
