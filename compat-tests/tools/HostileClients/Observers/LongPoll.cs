using System.Diagnostics;
using System.Net;
using HostileClients.Records;
using HostileClients.Requests;
using HostileClients.Wire;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace HostileClients.Observers;

/// <summary>From the sending of a small batch on one connection to its arrival on another, where a fetch waits for it.</summary>
internal sealed class LongPoll(IPEndPoint broker, string topic) : Observer(broker, "long poll")
{
    private const short FetchVersion = 12;

    private readonly RequestFrame _produce = ProduceRequests.To(topic, 0, Batch.OfValue("x"u8));
    private BrokerConnection? _consumer, _producer;
    private long _offset;

    public override void Open()
    {
        Dispose();
        _consumer = new BrokerConnection(Broker);
        _producer = new BrokerConnection(Broker);
        _offset = Produce() + 1;
    }

    public override double Probe()
    {
        _consumer!.Send(Fetch());
        // Long enough for the fetch to be waiting in nearly every probe; where it is not yet, the probe is no less valid.
        Thread.Sleep(4);
        var begin = Stopwatch.GetTimestamp();
        _producer!.Send(_produce);
        while (!HasRecords(_consumer.Receive()))
            _consumer.Send(Fetch());
        var delay = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        _offset = BaseOffset(_producer.Receive()) + 1;
        return delay;
    }

    public override void Dispose()
    {
        _consumer?.Dispose();
        _producer?.Dispose();
    }

    private long Produce()
    {
        _producer!.Send(_produce);
        return BaseOffset(_producer.Receive());
    }

    private long BaseOffset(byte[] body)
    {
        var partition = ((ProduceResponse)_produce.Decode(body)).Responses[0].PartitionResponses[0];
        if (partition.ErrorCode != ErrorCode.None)
            throw new InvalidDataException($"produce: {partition.ErrorCode}");
        return partition.BaseOffset;
    }

    private RequestFrame Fetch() => RequestFrame.Of<FetchRequest, FetchResponse>(
        new FetchRequest
        {
            MaxWaitMs = 120_000, MinBytes = 1, MaxBytes = 1 << 20,
            Topics = [new() { Topic = topic, Partitions = [new() { Partition = 0, FetchOffset = _offset, PartitionMaxBytes = 1 << 20 }] }],
        },
        FetchVersion);

    private bool HasRecords(byte[] body)
    {
        var response = (FetchResponse)Fetch().Decode(body);
        if (response.Responses is not [{ Partitions: [var partition] }] || partition.ErrorCode != ErrorCode.None)
            throw new InvalidDataException($"fetch: {response.ErrorCode}");
        return partition.Records is { Length: > 0 };
    }
}
