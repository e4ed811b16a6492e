using System.Security.Cryptography;

namespace KafkaSharp.Security.Sasl.Scram;

/// <summary>SCRAM with one hash function (RFC 5802, Kafka's <c>ScramMechanism</c>).</summary>
public sealed class ScramMechanism
{
    /// <summary>The fewest iterations of a credential that is accepted.</summary>
    public const int MinIterations = 4096;

    /// <summary>The most iterations of a credential that is accepted.</summary>
    public const int MaxIterations = 16384;

    private ScramMechanism(sbyte id, string name, HashAlgorithmName hash, int hashBytes)
    {
        Id = id;
        Name = name;
        Hash = hash;
        HashBytes = hashBytes;
    }

    public static ScramMechanism Sha256 { get; } = new(1, "SCRAM-SHA-256", HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);

    public static ScramMechanism Sha512 { get; } = new(2, "SCRAM-SHA-512", HashAlgorithmName.SHA512, SHA512.HashSizeInBytes);

    public static IReadOnlyList<ScramMechanism> All { get; } = [Sha256, Sha512];

    /// <summary>The number of it in metadata records and requests.</summary>
    public sbyte Id { get; }

    /// <summary>The name of it in SASL, such as <c>SCRAM-SHA-256</c>.</summary>
    public string Name { get; }

    /// <summary>The length of its keys, in bytes.</summary>
    public int HashBytes { get; }

    internal HashAlgorithmName Hash { get; }

    /// <summary>The mechanism of that name, or null.</summary>
    public static ScramMechanism? Find(string name) => All.FirstOrDefault(mechanism => mechanism.Name == name);

    internal byte[] HashOf(ReadOnlySpan<byte> data) => CryptographicOperations.HashData(Hash, data);

    internal byte[] HmacOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) => CryptographicOperations.HmacData(Hash, key, data);
}
