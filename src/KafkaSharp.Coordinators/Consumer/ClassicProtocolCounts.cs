using KafkaSharp.Coordinators.Runtime;
using ClassicMetadata = KafkaSharp.Protocol.Messages.ConsumerGroupMemberMetadataValue.ClassicMemberMetadataData;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// How many classic members of a consumer group support each protocol. It is counted when a member changes, because a member may name very
/// many protocols: a join must not cost what all other members have named. Changes are undone together with their records. Used on the
/// shard's event loop, and by one loading thread before that.
/// </summary>
internal sealed class ClassicProtocolCounts(UndoLog undo)
{
    private readonly Dictionary<string, int> _supporters = new(StringComparer.Ordinal);
    private int _members;

    /// <summary>Whether every classic member supports a protocol. As in Kafka, a member that names it twice counts twice.</summary>
    public bool IsSupportedByAll(string protocol) => _supporters.GetValueOrDefault(protocol) == _members;

    /// <summary>Applies that a member takes the place of another one; null for one of the consumer protocol, or none.</summary>
    public void Replace(ClassicMetadata? old, ClassicMetadata? updated)
    {
        if (ReferenceEquals(old, updated))
            return;
        Add(old, -1);
        Add(updated, 1);
        if (undo.IsRecording)
        {
            undo.Add(() =>
            {
                Add(updated, -1);
                Add(old, 1);
            });
        }
    }

    private void Add(ClassicMetadata? member, int members)
    {
        if (member is null)
            return;
        _members += members;
        foreach (var protocol in member.SupportedProtocols)
        {
            var supporters = _supporters.GetValueOrDefault(protocol.Name) + members;
            if (supporters == 0)
                _supporters.Remove(protocol.Name);
            else
                _supporters[protocol.Name] = supporters;
        }
    }
}
