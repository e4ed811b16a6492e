using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft;

namespace KafkaSharp.Metadata.Publishing;

/// <summary>
/// Turns committed batches into images. A metadata transaction (KIP-868) shows as a whole or not at all: between its begin and its end
/// nothing changes, and an abort drops it. For one thread.
/// </summary>
sealed class MetadataBatchLoader
{
    private MetadataDelta? _delta;
    private long _bytes;
    private bool _inTransaction;

    public MetadataImage Image { get; private set; } = MetadataImage.Empty;

    /// <summary>Up to where batches were taken in, also those of a transaction that has not ended; -1 for none.</summary>
    public long LastOffset { get; private set; } = -1;

    public bool IsInTransaction => _inTransaction;

    /// <summary>
    /// Takes a batch in; <paramref name="publish"/> is called for each image it completes: usually one, none within a transaction.
    /// </summary>
    public void Load(CommittedBatch<MetadataRecord> batch, Action<MetadataDelta, MetadataImage, LoaderManifest> publish)
    {
        _bytes += batch.SizeInBytes;
        for (var i = 0; i < batch.Records.Count; i++)
            Replay(batch, i, publish);
        LastOffset = batch.LastOffset;
        if (!_inTransaction)
            Publish(new MetadataProvenance(batch.LastOffset, batch.Epoch, batch.AppendTimestamp), publish);
    }

    /// <summary>Takes in a snapshot, which replaces everything before it.</summary>
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
        _inTransaction = false;
        _bytes = 0;
        LastOffset = snapshot.Id.Offset - 1;
        Image = delta.Apply(new MetadataProvenance(LastOffset, snapshot.Id.Epoch, snapshot.LastContainedLogTimestamp));
        publish(delta, Image, new LoaderManifest(true, bytes));
    }

    /// <summary>Goes on from an image that was made elsewhere.</summary>
    public void Reset(MetadataImage image)
    {
        Image = image;
        LastOffset = image.HighestOffset;
        _delta = null;
        _inTransaction = false;
        _bytes = 0;
    }

    private void Replay(CommittedBatch<MetadataRecord> batch, int index, Action<MetadataDelta, MetadataImage, LoaderManifest> publish)
    {
        var record = batch.Records[index];
        switch (record.Message)
        {
            case BeginTransactionRecord:
                if (_inTransaction)
                    throw new MetadataException($"A metadata transaction begins within another at offset {batch.BaseOffset + index}");
                // What came before in this batch is not part of the transaction and must survive its abort.
                if (_delta is not null)
                {
                    var before = new MetadataProvenance(
                        batch.BaseOffset + index - 1, batch.Epoch, batch.AppendTimestamp, IsBatchAligned: index == 0);
                    Publish(before, publish);
                }
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

    private void EndTransaction(long offset)
    {
        if (!_inTransaction)
            throw new MetadataException($"A metadata transaction ends at offset {offset}, but none has begun");
        _inTransaction = false;
    }

    private void Publish(MetadataProvenance provenance, Action<MetadataDelta, MetadataImage, LoaderManifest> publish)
    {
        var delta = _delta ?? new MetadataDelta(Image);
        var manifest = new LoaderManifest(false, _bytes);
        _delta = null;
        _bytes = 0;
        Image = delta.Apply(provenance);
        publish(delta, Image, manifest);
    }
}
