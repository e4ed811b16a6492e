using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Assignors;

/// <summary>What an assignor needs to know of a member. Immutable.</summary>
/// <param name="MemberId">The member id.</param>
/// <param name="InstanceId">The instance id of a static member.</param>
/// <param name="SubscribedTopics">The topics it subscribes to that exist, each once, in the order of its set of names.</param>
/// <param name="Current">What it is assigned in the last target assignment.</param>
internal sealed record AssignorMember(string MemberId, string? InstanceId, IReadOnlyList<Uuid> SubscribedTopics, Assignment Current);
