using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.State;

/// <summary>
/// The limits of one request to the controller, so that it cannot delay the others for long. A request beyond them fails as a whole.
/// </summary>
internal static class ControllerLimits
{
    /// <summary>Records one request may make, and partitions it may create (Kafka's <c>MAX_RECORDS_PER_USER_OP</c>).</summary>
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
