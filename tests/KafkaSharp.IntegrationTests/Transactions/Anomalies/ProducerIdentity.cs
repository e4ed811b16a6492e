namespace KafkaSharp.IntegrationTests.Transactions.Anomalies;

/// <summary>The producer id and epoch that a request names, current or not.</summary>
internal readonly record struct ProducerIdentity(long Id, short Epoch);
