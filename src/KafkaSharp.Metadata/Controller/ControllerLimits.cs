using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller;

/// <summary>What one request may ask of the controller, so that none keeps all others waiting. A request beyond it fails as a whole.</summary>
static class ControllerLimits
{
    /// <summary>Records one request may make, and partitions it may ask for (Kafka's <c>MAX_RECORDS_PER_USER_OP</c>).</summary>
    public const int MaxRecordsPerRequest = 10_000;

    /// <exception cref="StateMachineException">POLICY_VIOLATION: too many records.</exception>
    public static void CheckRecords(long count)
    {
        if (count > MaxRecordsPerRequest)
            throw new StateMachineException(ErrorCode.PolicyViolation, "Unable to perform excessively large batch operation.");
    }

    /// <exception cref="StateMachineException">POLICY_VIOLATION: too many partitions.</exception>
    public static void CheckPartitions(long count)
    {
        if (count > MaxRecordsPerRequest)
            throw new StateMachineException(ErrorCode.PolicyViolation, "Excessively large number of partitions per request.");
    }
}
