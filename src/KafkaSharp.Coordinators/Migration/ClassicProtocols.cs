using ClassicMetadata = KafkaSharp.Protocol.Messages.ConsumerGroupMemberMetadataValue.ClassicMemberMetadataData;
using ClassicProtocol = KafkaSharp.Protocol.Messages.ConsumerGroupMemberMetadataValue.ClassicProtocol;
using JoinProtocol = KafkaSharp.Protocol.Messages.JoinGroupRequest.JoinGroupRequestProtocol;

namespace KafkaSharp.Coordinators.Migration;

/// <summary>The protocols of a classic member, as a join names them and as the record of the member stores them. Stateless.</summary>
internal static class ClassicProtocols
{
    public static ClassicMetadata Of(IEnumerable<JoinProtocol> protocols, int sessionTimeoutMs) => new()
    {
        SessionTimeoutMs = sessionTimeoutMs,
        SupportedProtocols = [.. protocols.Select(protocol => new ClassicProtocol { Name = protocol.Name, Metadata = protocol.Metadata })],
    };

    public static IReadOnlyList<JoinProtocol> ToJoin(ClassicMetadata metadata) =>
        [.. metadata.SupportedProtocols.Select(protocol => new JoinProtocol { Name = protocol.Name, Metadata = protocol.Metadata })];
}
