namespace KafkaSharp.Coordinators.Groups;

/// <summary>The protocol of a group, as ListGroups names it.</summary>
enum GroupType
{
    Classic,
    Consumer,
    Share,
    Streams,
}
