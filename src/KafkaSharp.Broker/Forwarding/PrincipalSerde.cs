using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Forwarding;

/// <summary>A principal as the bytes that travel with a forwarded request (Kafka's <c>KafkaPrincipalSerde</c>). Stateless.</summary>
internal static class PrincipalSerde
{
    public static byte[] Write(KafkaPrincipal principal) => VersionedMessage.ToArray(
        new DefaultPrincipalData { Type = principal.Type, Name = principal.Name, TokenAuthenticated = principal.TokenAuthenticated },
        DefaultPrincipalData.HighestVersion);

    /// <exception cref="ProtocolException">The bytes are not a principal, or the version is not known.</exception>
    public static KafkaPrincipal Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new KafkaReader(bytes);
        var data = DefaultPrincipalData.Read(ref reader, reader.ReadInt16());
        return new KafkaPrincipal(data.Type, data.Name, data.TokenAuthenticated);
    }
}
