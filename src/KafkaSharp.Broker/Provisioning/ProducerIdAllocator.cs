using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Provisioning;

/// <summary>
/// Allocates producer ids from blocks of 1,000 that the controller assigns to this broker (Kafka's <c>RPCProducerIdManager</c>). The rest
/// of a block is lost at a restart, so that no id is used twice. Thread-safe.
/// </summary>
internal sealed class ProducerIdAllocator
{
    private static readonly ControllerRequestContext s_context =
        ControllerRequestContext.Internal with { Timeout = TimeSpan.FromSeconds(30) };

    private readonly int _brokerId;
    private readonly Func<long> _brokerEpoch;
    private readonly ControllerClient _controller;
    private readonly SingleFlight<ErrorCode> _nextBlock;
    private readonly Lock _gate = new();
    private long _next;
    private long _end;

    public ProducerIdAllocator(int brokerId, Func<long> brokerEpoch, ControllerClient controller)
    {
        _brokerId = brokerId;
        _brokerEpoch = brokerEpoch;
        _controller = controller;
        _nextBlock = new SingleFlight<ErrorCode>(FetchBlockAsync);
    }

    /// <summary>A new producer id, or an error for the response: COORDINATOR_LOAD_IN_PROGRESS while there is no controller.</summary>
    public async ValueTask<(ErrorCode ErrorCode, long ProducerId)> NextAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_next < _end)
                    return (ErrorCode.None, _next++);
            }
            var error = await _nextBlock.RunAsync();
            if (error != ErrorCode.None)
                return (error == ErrorCode.NotController ? ErrorCode.CoordinatorLoadInProgress : error, -1);
        }
    }

    private async Task<ErrorCode> FetchBlockAsync()
    {
        lock (_gate)
        {
            // The block of the run before this one.
            if (_next < _end)
                return ErrorCode.None;
        }
        var request = new AllocateProducerIdsRequest { BrokerId = _brokerId, BrokerEpoch = _brokerEpoch() };
        var block = await _controller.SendAsync(ControllerApis.AllocateProducerIds, s_context, request);
        if (block.ErrorCode == ErrorCode.None)
        {
            lock (_gate)
            {
                _next = block.ProducerIdStart;
                _end = block.ProducerIdStart + block.ProducerIdLen;
            }
        }
        return block.ErrorCode;
    }
}
