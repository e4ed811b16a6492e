using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Broker.Coordination;

/// <summary>The guard of a log, as coordinators pass it on.</summary>
internal sealed class CoordinatorVerification(VerificationGuard guard) : TransactionVerification
{
    public VerificationGuard Guard { get; } = guard;
}
