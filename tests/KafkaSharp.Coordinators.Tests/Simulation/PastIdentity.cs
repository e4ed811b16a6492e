using Partition = (KafkaSharp.Protocol.Uuid Topic, int Index);

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>What a member was once, and what it had: a late request may still say so.</summary>
/// <param name="MemberId">Its member id.</param>
/// <param name="Epoch">Its epoch or generation.</param>
/// <param name="Term">The term of the coordinator in which it received the epoch.</param>
/// <param name="Owned">The partitions that it had.</param>
internal sealed record PastIdentity(string MemberId, int Epoch, int Term, HashSet<Partition> Owned);
