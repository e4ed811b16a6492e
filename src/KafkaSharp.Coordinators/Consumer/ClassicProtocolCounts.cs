using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Runtime;
using ClassicMetadata = KafkaSharp.Protocol.Messages.ConsumerGroupMemberMetadataValue.ClassicMemberMetadataData;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// How many classic members of a consumer group support each protocol. Changes are undone together with their records. Used on the shard's
/// event loop, and by one loading thread before that.
/// </summary>
internal sealed class ClassicProtocolCounts(UndoLog undo)
{
    private readonly ProtocolSupporters _supporters = new();
    private int _members;

    /// <summary>Whether every classic member supports a protocol.</summary>
    public bool IsSupportedByAll(string protocol) => _supporters.IsSupportedByAll(protocol, _members);

    /// <summary>Applies that a member takes the place of another one; null for one of the consumer protocol, or none.</summary>
    public void Replace(ClassicMetadata? old, ClassicMetadata? updated)
    {
        if (ReferenceEquals(old, updated))
            return;
        Count(old, updated);
        if (undo.IsRecording)
            undo.Add(() => Count(updated, old));
    }

    private void Count(ClassicMetadata? removed, ClassicMetadata? added)
    {
        if (removed is not null)
        {
            _members--;
            _supporters.Remove(removed.SupportedProtocols.Select(protocol => protocol.Name));
        }
        if (added is not null)
        {
            _members++;
            _supporters.Add(added.SupportedProtocols.Select(protocol => protocol.Name));
        }
    }
}
