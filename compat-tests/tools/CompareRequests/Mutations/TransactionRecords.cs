using System.Globalization;

namespace CompareRequests.Mutations;

/// <summary>
/// Names of batches of a transaction: "@transactionRecords", then changes separated by spaces, such as epoch+1, sequence=3 or plain.
/// </summary>
internal static class TransactionRecords
{
    public const string Name = "transactionRecords";

    /// <summary>The first batch of the captured producer.</summary>
    public const string Valid = "@" + Name;

    public static byte[] Resolve(string name, long producerId, long epoch)
    {
        var sequence = 0;
        var (isTransactional, isRepeated) = (true, false);
        foreach (var change in name.Split(' ').Skip(1))
        {
            if (change.StartsWith("epoch", StringComparison.Ordinal))
                epoch += Number(change["epoch".Length..]);
            else if (change.StartsWith("producer", StringComparison.Ordinal))
                producerId += Number(change["producer".Length..]);
            else if (change.StartsWith("sequence=", StringComparison.Ordinal))
                sequence = Number(change["sequence=".Length..]);
            else if (change == "plain")
                isTransactional = false;
            else if (change == "twice")
                isRepeated = true;
            else
                throw new ArgumentException($"unknown change of a batch: {change}");
        }
        var batch = BatchMutations.OfProducer(producerId, epoch, sequence, isTransactional);
        if (!isRepeated)
            return batch;
        return [.. batch, .. BatchMutations.OfProducer(producerId, epoch, sequence + BatchMutations.Count, isTransactional)];
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
