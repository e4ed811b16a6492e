using KafkaSharp.Broker.Handlers.Data;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Tests.Handlers.Data;

/// <summary>Up to where a request reads, as the genuine broker decides it: which replica ids are consumers differs by API.</summary>
public sealed class RequestedIsolationTests
{
    [TestCase(-1, 0, FetchIsolation.HighWatermark, FetchIsolation.HighWatermark)]
    [TestCase(-1, 1, FetchIsolation.TransactionCommitted, FetchIsolation.TransactionCommitted)]
    [TestCase(-2, 0, FetchIsolation.HighWatermark, FetchIsolation.LogEnd)]
    [TestCase(-2, 1, FetchIsolation.TransactionCommitted, FetchIsolation.LogEnd)]
    [TestCase(int.MinValue, 1, FetchIsolation.TransactionCommitted, FetchIsolation.LogEnd)]
    [TestCase(0, 1, FetchIsolation.LogEnd, FetchIsolation.LogEnd)]
    public void A_replica_reads_to_the_log_end(int replicaId, sbyte level, FetchIsolation fetch, FetchIsolation listOffsets)
    {
        Assert.That(RequestedIsolation.OfFetch(replicaId, level), Is.EqualTo(fetch));
        Assert.That(RequestedIsolation.OfListOffsets(replicaId, level), Is.EqualTo(listOffsets));
    }

    [Test]
    public void An_unknown_level_is_refused()
    {
        Assert.That(RequestedIsolation.OfFetch(-1, 2), Is.Null);
        Assert.That(RequestedIsolation.OfListOffsets(0, 2), Is.Null);
    }
}
