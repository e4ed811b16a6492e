namespace KafkaSharp.Server.VerifyLog;

/// <summary>Prints what a verification finds, as it finds it.</summary>
internal interface IVerifyOutput
{
    /// <summary>A directory follows.</summary>
    /// <param name="directory">Its path.</param>
    /// <param name="partitions">The number of its partitions.</param>
    /// <param name="bytes">The size of their segments.</param>
    /// <param name="isInUse">Whether a broker uses it, so that its files change while they are read.</param>
    void Begin(string directory, int partitions, long bytes, bool isInUse);

    /// <summary>Something is wrong.</summary>
    void Fault(Fault fault);

    /// <summary>A start of the broker would log this change.</summary>
    void Change(string text);

    /// <summary>Something is still wrong after a start.</summary>
    void Remaining(Fault fault);

    /// <summary>The broker would not start.</summary>
    void StartFails(string reason);

    void End(VerifySummary summary);
}
