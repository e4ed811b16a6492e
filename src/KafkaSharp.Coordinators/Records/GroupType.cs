namespace KafkaSharp.Coordinators.Records;

/// <summary>The protocol of a group, as ListGroups names it.</summary>
enum GroupType
{
    Classic,
    Consumer,
    Share,
    Streams,
}
