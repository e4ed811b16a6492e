using System.Text;

namespace KafkaSharp.Security.Sasl.Scram;

/// <summary>
/// The last message of a SCRAM client: <c>c=CHANNEL,r=NONCE[,EXTENSION=VALUE]…,p=PROOF</c>. What it says of channel binding is signed but
/// not compared, as in Kafka, which supports none.
/// </summary>
internal sealed class ClientFinalMessage
{
    private ClientFinalMessage(string channel, string nonce, byte[] proof) =>
        (WithoutProof, Nonce, Proof) = ($"c={channel},r={nonce}", nonce, proof);

    public string Nonce { get; }

    public byte[] Proof { get; }

    /// <summary>The part of the message that is signed.</summary>
    public string WithoutProof { get; }

    /// <summary>Null when it is not such a message.</summary>
    public static ClientFinalMessage? Parse(ReadOnlySpan<byte> bytes)
    {
        var parts = Encoding.UTF8.GetString(bytes).Split(',');
        return parts.Length >= 3
            && ScramText.TryValue(parts[0], "c", out var channel) && ScramText.TryBase64(channel, out _)
            && ScramText.TryValue(parts[1], "r", out var nonce) && ScramText.IsPrintable(nonce)
            && ScramText.TryValue(parts[^1], "p", out var proof) && ScramText.TryBase64(proof, out var bytesOfProof)
            && Array.TrueForAll(parts[2..^1], ScramText.IsExtension)
            ? new ClientFinalMessage(channel, nonce, bytesOfProof) : null;
    }
}
