using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Producers;

/// <summary>
/// Gives out producer ids from blocks of 1,000 that the controller hands to this broker (Kafka's <c>RPCProducerIdManager</c>); what is left of a
/// block is lost at a restart, so that no id is given twice. Safe for use from any thread.
/// </summary>
sealed class ProducerIdAllocator(int brokerId, Func<long> brokerEpoch, QuorumController controller)
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private long _next;
    private long _end;

    /// <summary>An id nobody has, or the controller's error.</summary>
    public async ValueTask<(ErrorCode ErrorCode, long ProducerId)> NextAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_next == _end)
            {
                var request = new AllocateProducerIdsRequest { BrokerId = brokerId, BrokerEpoch = brokerEpoch() };
                var block = await controller.AllocateProducerIdsAsync(ControllerRequestContext.Internal, request).ConfigureAwait(false);
                if (block.ErrorCode != ErrorCode.None)
                    return (block.ErrorCode, -1);
                _next = block.ProducerIdStart;
                _end = block.ProducerIdStart + block.ProducerIdLen;
            }
            return (ErrorCode.None, _next++);
        }
        finally
        {
            _gate.Release();
        }
    }
}
