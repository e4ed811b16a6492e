using KafkaSharp.Protocol.Messages;

namespace CompareRequests.Mutations;

/// <summary>What consumers of the classic protocol put into JoinGroup and SyncGroup.</summary>
internal static class EmbeddedMessages
{
    private const short Version = 1;

    public static byte[] Subscription(string topic, params int[] owned) => VersionedMessage.ToArray(
        new ConsumerProtocolSubscription
        {
            Topics = [topic],
            OwnedPartitions = owned.Length == 0 ? [] : [new() { Topic = topic, Partitions = [.. owned] }],
        },
        Version);

    public static byte[] Assignment(string topic, params int[] partitions) => VersionedMessage.ToArray(
        new ConsumerProtocolAssignment { AssignedPartitions = [new() { Topic = topic, Partitions = [.. partitions] }] }, Version);
}
