using System.Buffers.Binary;
using System.Text;

namespace KafkaSharp.Network.Connections;

/// <summary>Recognizes clients that speak another protocol, by the first bytes of their connection.</summary>
internal static class ForeignProtocol
{
    private const byte TlsHandshake = 0x16;
    private const byte TlsMajorVersion = 3;

    private static readonly string[] s_httpMethods = ["GET ", "HEAD", "POST", "PUT ", "DELE", "OPTI", "PATC", "TRAC", "CONN", "PRI "];

    /// <summary>What the peer seems to be and what to do, as the end of a sentence; null for none of these.</summary>
    /// <param name="prefix">The first four bytes, as the length of a Kafka request.</param>
    /// <param name="listener">The name of the listener.</param>
    public static string? Describe(int prefix, string listener)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, prefix);
        if (bytes is [TlsHandshake, TlsMajorVersion, ..])
        {
            return $"it begins a TLS handshake, but the listener {listener} is not encrypted. Set security.protocol=PLAINTEXT in the "
                + "client, or connect to a listener with TLS";
        }
        return s_httpMethods.Contains(Encoding.Latin1.GetString(bytes), StringComparer.Ordinal)
            ? "it sent an HTTP request, but this port speaks the Kafka protocol. Connect with a Kafka client"
            : null;
    }
}
