using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>Gives a producer id that no producer has yet, or the error of the controller. Called from any thread; does not fail.</summary>
public delegate ValueTask<(ErrorCode Error, long ProducerId)> ProducerIdSource();
