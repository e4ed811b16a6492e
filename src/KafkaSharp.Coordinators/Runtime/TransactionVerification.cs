namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// What the storage gives when the transaction coordinator has confirmed that a partition belongs to a producer's transaction; it is passed
/// back with the records (Kafka's <c>VerificationGuard</c>). Only the storage that made it knows its content.
/// </summary>
public abstract class TransactionVerification;
