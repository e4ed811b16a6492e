using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace CompareRequests.Mutations;

/// <summary>What consumers of the classic protocol put into JoinGroup and SyncGroup.</summary>
internal static class EmbeddedMessages
{
    public static byte[] Subscription(string topic, params int[] owned) => Write(new ConsumerProtocolSubscription
    {
        Topics = [topic],
        OwnedPartitions = owned.Length == 0 ? [] : [new() { Topic = topic, Partitions = [.. owned] }],
    });

    public static byte[] Assignment(string topic, params int[] partitions) => Write(new ConsumerProtocolAssignment
    {
        AssignedPartitions = [new() { Topic = topic, Partitions = [.. partitions] }],
    });

    private static byte[] Write<T>(T message)
        where T : IMessage
    {
        const short version = 1;
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(buffer);
        writer.WriteInt16(version);
        message.Write(ref writer, version);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
