namespace KafkaSharp.Server.VerifyLog;

/// <summary>The result of a verification.</summary>
/// <param name="Counts">How much was read.</param>
/// <param name="Faults">How much is wrong.</param>
/// <param name="Changes">How much a start would change.</param>
/// <param name="Remaining">How much would be wrong after a start.</param>
internal sealed record VerifySummary(VerifiedCounts Counts, long Faults, int Changes, long Remaining);
