using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Handlers.Transactions;

/// <summary>Errors in the versions of a request that do not know them.</summary>
internal static class TransactionErrors
{
    /// <summary>PRODUCER_FENCED is INVALID_PRODUCER_EPOCH before the version that introduced it.</summary>
    public static ErrorCode For(ErrorCode error, short version, short fencedVersion) =>
        error == ErrorCode.ProducerFenced && version < fencedVersion ? ErrorCode.InvalidProducerEpoch : error;
}
