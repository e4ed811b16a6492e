namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Stands for a question to the transaction coordinator whether a transaction is open (KIP-890). It is given out before the question and handed in with
/// the append: where a marker was written in between, the log knows it no more. Compared by reference.
/// </summary>
public sealed class VerificationGuard
{
    internal VerificationGuard()
    {
    }

    /// <summary>Nothing was asked: the transaction is open in this log already, or it is no transaction.</summary>
    public static VerificationGuard None { get; } = new();
}
