using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.State;

/// <summary>
/// The controller's own view of the metadata: while active, an image ahead of the committed one, made of the records it wrote; otherwise
/// the committed one. When leadership is lost, what is not committed is dropped. On the controller's event loop only.
/// </summary>
internal sealed class ControllerState : IReplayable<MetadataRecord>
{
    private readonly MetadataBatchLoader _committed = new();
    private readonly Dictionary<int, long> _registrationOffsets = [];
    private MetadataImage _image = MetadataImage.Empty;
    private MetadataDelta? _delta;
    private long _lastOffset = -1;

    /// <summary>The metadata as of all records written.</summary>
    public MetadataImage Image
    {
        get
        {
            // Records of one command come one by one; the image is made once, when it is next looked at.
            if (_delta is { } delta)
            {
                _delta = null;
                _image = delta.Apply(new MetadataProvenance(_lastOffset, Epoch, -1));
            }
            return _image;
        }
    }

    /// <summary>The epoch this node is active in, or -1.</summary>
    public int Epoch { get; private set; } = -1;

    public bool IsActive => Epoch >= 0;

    /// <summary>The offset of the last committed record, -1 for none.</summary>
    public long LastCommittedOffset => _committed.LastOffset;

    /// <summary>Whether a transaction of an earlier controller was left open.</summary>
    public bool IsInTransaction => _committed.IsInTransaction;

    public FeaturesImage Features => Image.Features;

    /// <summary>Whether a broker may lead and be in sync: registered, not fenced, not shutting down.</summary>
    public bool IsActiveBroker(int id) => Image.Cluster.Broker(id) is { Fenced: false, InControlledShutdown: false };

    /// <summary>The offset a broker must have reached before it is unfenced: that of its registration.</summary>
    public long RegistrationOffset(int brokerId) =>
        _registrationOffsets.TryGetValue(brokerId, out var offset) ? offset : Image.Cluster.BrokerEpoch(brokerId);

    public void Replay(long offset, MetadataRecord record)
    {
        (_delta ??= new MetadataDelta(_image)).Replay(record);
        _lastOffset = offset;
        if (record.Message is RegisterBrokerRecord registration)
            _registrationOffsets[registration.BrokerId] = offset;
    }

    public void Load(IReadOnlyList<CommittedBatch<MetadataRecord>> batches)
    {
        _committed.Load(batches, static (_, _, _) => { });
        if (!IsActive)
        {
            foreach (var batch in batches)
                NoteRegistrations(batch);
        }
    }

    public void Load(SnapshotReader<MetadataRecord> snapshot) => _committed.Load(snapshot, static (_, _, _) => { });

    public void Activate(int epoch)
    {
        _image = _committed.Image;
        _lastOffset = _committed.LastOffset;
        _delta = null;
        Epoch = epoch;
    }

    public void Deactivate()
    {
        Epoch = -1;
        _image = MetadataImage.Empty;
        _delta = null;
    }

    private void NoteRegistrations(CommittedBatch<MetadataRecord> batch)
    {
        for (var i = 0; i < batch.Records.Count; i++)
        {
            if (batch.Records[i].Message is RegisterBrokerRecord registration)
                _registrationOffsets[registration.BrokerId] = batch.BaseOffset + i;
        }
    }
}
