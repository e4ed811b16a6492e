using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace WireProbe;

/// <summary>
/// Sends one malformed frame per connection, then closes the sending side. The broker must respond or close the connection within seconds,
/// and must still serve other connections.
/// </summary>
internal static class BadInput
{
    private const int Patience = 10_000;

    public static int Run(IPEndPoint broker, int times, int seed)
    {
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var genuine = Genuine();
        var (responded, closed, silent) = (0, 0, 0);
        for (var i = 0; i < times; i++)
        {
            var frame = Frame(random, genuine);
            var outcome = Send(broker, frame);
            if (outcome is null)
            {
                silent++;
                Console.WriteLine($"neither a response nor a close: {Convert.ToHexString(frame.AsSpan(0, Math.Min(frame.Length, 64)))}");
                if (silent > 5)
                    break;
            }
            else if (outcome > 0)
            {
                responded++;
            }
            else
            {
                closed++;
            }
            if (i % 500 == 0)
                StillServes(broker);
        }
        StillServes(broker);
        Console.WriteLine($"{responded} responses, {closed} closed, {silent} without either");
        return silent == 0 ? 0 : 1;
    }

    // Requests that change no data, even if they are mutated.
    private static byte[][] Genuine() =>
    [
        WireConnection.Encode(new ApiVersionsRequest { ClientSoftwareName = "wire-probe", ClientSoftwareVersion = "1" }, 3, 1),
        WireConnection.Encode(new MetadataRequest { Topics = null, AllowAutoTopicCreation = false }, 12, 1),
        WireConnection.Encode(new FindCoordinatorRequest { CoordinatorKeys = ["g"] }, 4, 1),
        WireConnection.Encode(new ListGroupsRequest(), 4, 1),
        WireConnection.Encode(new DescribeGroupsRequest { Groups = ["a", "b"] }, 5, 1),
        WireConnection.Encode(
            new ListOffsetsRequest
            {
                Topics = [new ListOffsetsRequest.ListOffsetsTopic { Name = "t",
                    Partitions = [new() { PartitionIndex = 0, Timestamp = -1 }] }],
            },
            7,
            1),
        WireConnection.Encode(
            new DescribeConfigsRequest { Resources =
                [new DescribeConfigsRequest.DescribeConfigsResource { ResourceType = 4, ResourceName = "1" }] }, 4, 1),
        WireConnection.Encode(
            new ProduceRequest
            {
                Acks = -1, TimeoutMs = 1000,
                TopicData = [new() { Name = "no-such-topic", PartitionData = [new() { Index = 0, Records = new byte[100] }] }],
            },
            9,
            1),
    ];

    private static byte[] Frame(Random random, byte[][] genuine)
    {
        var frame = (byte[])genuine[random.Next(genuine.Length)].Clone();
        switch (random.Next(6))
        {
            case 0: // changed bytes after API key and version
                for (var i = random.Next(1, 4); i > 0; i--)
                    frame[random.Next(8, frame.Length)] = (byte)random.Next(256);
                return frame;
            case 1: // a wrong frame length
                BinaryPrimitives.WriteInt32BigEndian(
                    frame, random.Next(2) == 0 ? random.Next(int.MinValue, 0) : random.Next(1 << 24, int.MaxValue));
                return frame;
            case 2: // a truncated body
                var cut = frame[..random.Next(4, frame.Length)];
                BinaryPrimitives.WriteInt32BigEndian(cut, cut.Length - 4);
                return cut;
            case 3: // an undefined API or version
                BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(random.Next(2) == 0 ? 4 : 6), (short)random.Next(100, short.MaxValue));
                return frame;
            case 4: // random bytes with a correct frame length
                random.NextBytes(frame.AsSpan(4));
                frame[4] = 0x7f;
                return frame;
            default: // another protocol
                return "GET / HTTP/1.1\r\nHost: kafka\r\n\r\n"u8.ToArray();
        }
    }

    /// <summary>The number of bytes received before the broker closed the connection; null if it did not close it.</summary>
    private static int? Send(IPEndPoint broker, byte[] frame)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = Patience, SendTimeout = Patience, LingerState = new LingerOption(true, 0),
        };
        var received = 0;
        try
        {
            socket.Connect(broker);
            socket.Send(frame);
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[4096];
            while (socket.Receive(buffer) is var more and > 0)
                received += more;
            return received;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return received;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return null;
        }
    }

    private static void StillServes(IPEndPoint broker)
    {
        using var connection = new WireConnection(broker);
        var request = new ApiVersionsRequest { ClientSoftwareName = "wire-probe", ClientSoftwareVersion = "1" };
        if (connection.Ask<ApiVersionsRequest, ApiVersionsResponse>(request, 3).ErrorCode != ErrorCode.None)
            throw new InvalidDataException("ApiVersions was refused");
    }
}
