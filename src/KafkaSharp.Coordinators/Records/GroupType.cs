namespace KafkaSharp.Coordinators.Records;

/// <summary>The protocol of a group, as ListGroups names it.</summary>
internal enum GroupType
{
    Classic,
    Consumer,
    Share,
    Streams,
}
