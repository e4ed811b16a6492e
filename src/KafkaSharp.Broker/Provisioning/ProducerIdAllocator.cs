using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Provisioning;

/// <summary>
/// Gives out producer ids from blocks of 1,000 that the controller hands to this broker (Kafka's <c>RPCProducerIdManager</c>); what is left of a
/// block is lost at a restart, so that no id is given twice. Safe for use from any thread.
/// </summary>
sealed class ProducerIdAllocator(int brokerId, Func<long> brokerEpoch, ControllerClient controller)
{
    private static readonly ControllerRequestContext s_context = ControllerRequestContext.Internal with { Timeout = TimeSpan.FromSeconds(30) };

    private readonly Lock _gate = new();
    private long _next;
    private long _end;
    private Task<ErrorCode>? _fetching;

    /// <summary>An id nobody has, or the controller's error.</summary>
    public async ValueTask<(ErrorCode ErrorCode, long ProducerId)> NextAsync()
    {
        while (true)
        {
            Task<ErrorCode> fetching;
            lock (_gate)
            {
                if (_next < _end)
                    return (ErrorCode.None, _next++);
                fetching = _fetching ??= FetchAsync();
            }
            var error = await fetching.ConfigureAwait(false);
            if (error != ErrorCode.None)
                return (error, -1);
        }
    }

    private async Task<ErrorCode> FetchAsync()
    {
        // Off the lock that the caller holds, so that an answer that is there at once can't be overwritten by its own question.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        AllocateProducerIdsResponse? block = null;
        try
        {
            var request = new AllocateProducerIdsRequest { BrokerId = brokerId, BrokerEpoch = brokerEpoch() };
            block = await controller.SendAsync(ControllerApis.AllocateProducerIds, s_context, request)
                .ConfigureAwait(false);
            return block.ErrorCode;
        }
        finally
        {
            lock (_gate)
            {
                _fetching = null;
                if (block is { ErrorCode: ErrorCode.None })
                {
                    _next = block.ProducerIdStart;
                    _end = block.ProducerIdStart + block.ProducerIdLen;
                }
            }
        }
    }
}
