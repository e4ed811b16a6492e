using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>A level of the feature <c>transaction.version</c> (KIP-890), of a cluster or of a client.</summary>
public readonly record struct TransactionVersion(short Level)
{
    /// <summary>Transactions as of KIP-98.</summary>
    public static TransactionVersion Zero { get; }

    /// <summary>Each end of a transaction gives the producer a new epoch, and Produce adds its partitions itself.</summary>
    public static TransactionVersion Two { get; } = new(2);

    public bool SupportsEpochBump => Level >= 2;

    /// <summary>The version of the values in <c>__transaction_state</c> that a cluster of this level writes.</summary>
    public short LogValueVersion => (short)(Level >= 1 ? 1 : 0);

    /// <summary>The level of the cluster.</summary>
    public static TransactionVersion Of(MetadataImage image) => new(image.Features.Level(FeatureNames.Transaction));

    /// <summary>The level of a client that sends EndTxn in a version.</summary>
    public static TransactionVersion OfEndTxn(short apiVersion) => apiVersion > 4 ? Two : Zero;

    /// <summary>The level of a client that sends AddPartitionsToTxn in a version, or for which a broker sends it.</summary>
    public static TransactionVersion OfAddPartitions(short apiVersion) => apiVersion > 3 ? Two : Zero;
}
