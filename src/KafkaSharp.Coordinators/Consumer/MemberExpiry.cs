namespace KafkaSharp.Coordinators.Consumer;

/// <summary>A timeout of a member has passed.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="MemberId">The member.</param>
/// <param name="Reason">What it did not do, for the log.</param>
/// <param name="Epoch">The epoch in which it must still be; null for any.</param>
internal sealed record MemberExpiry(string GroupId, string MemberId, string Reason, int? Epoch = null);
