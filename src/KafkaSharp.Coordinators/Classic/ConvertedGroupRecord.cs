using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// The metadata of a consumer group that becomes classic. Its replay puts the live group in place: that knows more than the metadata, and
/// its members may have to join again.
/// </summary>
internal sealed class ConvertedGroupRecord : GroupMetadataRecord
{
    private ConvertedGroupRecord(ClassicGroup converted, GroupMetadataValue? value)
        : base(converted.GroupId, value) => Converted = converted;

    public ClassicGroup Converted { get; }

    /// <summary>The group as it is now.</summary>
    public static ConvertedGroupRecord Of(ClassicGroup group) => new(
        group, GroupMetadata.Of(group, group.Members.ToDictionary(member => member.MemberId, member => member.Assignment)).Value);
}
