using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>The response to a request that gives a producer its id and epoch: InitProducerId, and EndTxn since version 5.</summary>
/// <param name="Error">The error; None when the id and epoch are valid.</param>
/// <param name="ProducerId">The producer id; -1 with an error.</param>
/// <param name="ProducerEpoch">The epoch; -1 with an error.</param>
internal sealed record ProducerResult(
    ErrorCode Error, long ProducerId = RecordBatchHeader.NoProducerId, short ProducerEpoch = RecordBatchHeader.NoProducerEpoch);
