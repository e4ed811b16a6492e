using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>The next producer id after the allocation of further blocks.</summary>
public sealed class ProducerIdsDelta
{
    private bool _seen;

    internal ProducerIdsDelta(ProducerIdsImage before) => NextProducerId = before.NextProducerId;

    public long NextProducerId { get; private set; }

    internal void Replay(ProducerIdsRecord record)
    {
        _seen = true;
        NextProducerId = record.NextProducerId;
    }

    internal void FinishSnapshot()
    {
        if (!_seen)
            NextProducerId = ProducerIdsImage.Empty.NextProducerId;
    }

    internal ProducerIdsImage Apply() => new(NextProducerId);
}
