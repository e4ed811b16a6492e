using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Groups;

/// <summary>A topic whose offsets are to be removed.</summary>
/// <param name="Name">Its name, which a later topic may have.</param>
/// <param name="Id">Its id.</param>
/// <param name="LastRecordOffset">Offsets without an id whose records come later are those of a later topic.</param>
internal readonly record struct DeletedTopic(string Name, Uuid Id, long LastRecordOffset = long.MaxValue)
{
    /// <summary>Whether an offset of that name was committed for this topic.</summary>
    public bool Has(OffsetAndMetadata offset) => offset.TopicId.IsZero ? offset.RecordOffset <= LastRecordOffset : offset.TopicId == Id;

    /// <summary>The same, when the topic is known to have no offsets after a record.</summary>
    public DeletedTopic Until(long recordOffset) => this with { LastRecordOffset = Math.Min(LastRecordOffset, recordOffset) };
}
