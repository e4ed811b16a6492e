using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Runtime;

internal sealed class TransactionTests
{
    [Test]
    public async Task Records_of_a_transaction_are_pending_until_its_marker_and_carry_its_producer()
    {
        await using var harness = new RuntimeHarness();
        await harness.SetInTransaction(7, "a", "1").Soon();
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("7:a=1"));
        await harness.End(7, committed: true).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("a=1"));
        var entries = harness.Storage.Entries(0);
        Assert.That(entries.Select(entry => (entry.ProducerId, entry.ProducerEpoch)), Is.All.EqualTo((7L, (short)3)));
        Assert.That(entries.Select(entry => entry.EndTransaction), Is.EqualTo(new bool?[] { null, true }));
    }

    [Test]
    public async Task An_aborted_transaction_changes_nothing()
    {
        await using var harness = new RuntimeHarness();
        await harness.Set("a", "1").Soon();
        await harness.SetInTransaction(7, "a", "2").Soon();
        await harness.End(7, committed: false).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("a=1"));
    }

    [Test]
    public async Task Transactional_records_and_markers_are_separate_batches_behind_earlier_records()
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromMinutes(1));
        _ = harness.Set("a", "1");
        _ = harness.Set("b", "1");
        Assert.That(await harness.SetInTransaction(7, "c", "1").Soon(), "no linger");
        _ = harness.Set("d", "1");
        await harness.End(7, committed: true).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(harness.Storage.Batches, Is.EqualTo(new[] { 2, 1, 1, 0 }));
    }

    [Test]
    public async Task A_marker_that_could_not_be_written_is_undone()
    {
        await using var harness = new RuntimeHarness();
        await harness.Set("a", "1").Soon();
        await harness.SetInTransaction(7, "a", "2").Soon();
        harness.Storage.AppendError = ErrorCode.KafkaStorageError;
        await Expect.Refused(harness.End(7, committed: true), ErrorCode.KafkaStorageError);
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("a=1 7:a=2"));
        harness.Storage.AppendError = ErrorCode.None;
        await harness.End(7, committed: true).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("a=2"));
    }
}
