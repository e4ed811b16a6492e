using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller;

/// <summary>What one request may ask of the controller, so that none keeps all others waiting.</summary>
static class ControllerLimits
{
    /// <summary>Records one request may make (Kafka's <c>MAX_RECORDS_PER_USER_OP</c>).</summary>
    public const int MaxRecordsPerRequest = 10_000;

    public static StateMachineException TooManyRecords() =>
        new(ErrorCode.PolicyViolation, "Excessively large number of partitions per request.");
}
