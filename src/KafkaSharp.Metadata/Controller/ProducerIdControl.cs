using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller;

/// <summary>
/// Hands out blocks of producer ids (KIP-730), so that no two producers of a cluster ever share one. On the controller's event loop only.
/// </summary>
internal sealed class ProducerIdControl(ControllerState state)
{
    /// <summary>Ids in a block (Kafka's <c>ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE</c>).</summary>
    public const int BlockSize = 1000;

    public CommandResult<MetadataRecord, AllocateProducerIdsResponse> Allocate(AllocateProducerIdsRequest request)
    {
        if (state.Image.Cluster.Broker(request.BrokerId) is not { } broker || broker.Epoch != request.BrokerEpoch)
            throw new StateMachineException(ErrorCode.StaleBrokerEpoch, ErrorCode.StaleBrokerEpoch.Message());
        var first = Math.Max(0, state.Image.ProducerIds.NextProducerId);
        if (first > long.MaxValue - BlockSize)
            throw new StateMachineException(ErrorCode.UnknownServerError,
                "Exhausted all producerIds as the next block's end producerId has exceeded the int64 type limit");
        var record = new ProducerIdsRecord
        {
            BrokerId = request.BrokerId, BrokerEpoch = request.BrokerEpoch, NextProducerId = first + BlockSize,
        };
        return new([new MetadataRecord(record, 0)], new AllocateProducerIdsResponse { ProducerIdStart = first, ProducerIdLen = BlockSize });
    }
}
