namespace KafkaSharp.Coordinators.Records;

/// <summary>The type a key of <c>__consumer_offsets</c> begins with (Kafka's <c>CoordinatorRecordType</c>).</summary>
internal enum GroupRecordType : short
{
    LegacyOffsetCommit = 0,
    OffsetCommit = 1,
    GroupMetadata = 2,
    ConsumerGroupMetadata = 3,
    ConsumerGroupPartitionMetadata = 4,
    ConsumerGroupMemberMetadata = 5,
    ConsumerGroupTargetAssignmentMetadata = 6,
    ConsumerGroupTargetAssignmentMember = 7,
    ConsumerGroupCurrentMemberAssignment = 8,
    ShareGroupMemberMetadata = 10,
    ShareGroupMetadata = 11,
    ShareGroupTargetAssignmentMetadata = 12,
    ShareGroupTargetAssignmentMember = 13,
    ShareGroupCurrentMemberAssignment = 14,
    ShareGroupStatePartitionMetadata = 15,
    ConsumerGroupRegularExpression = 16,
    StreamsGroupMetadata = 17,
    StreamsGroupMemberMetadata = 19,
    StreamsGroupTargetAssignmentMetadata = 20,
    StreamsGroupTargetAssignmentMember = 21,
    StreamsGroupCurrentMemberAssignment = 22,
    StreamsGroupTopology = 23,
}
