using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>What is remembered of the compaction of a log.</summary>
internal sealed class CleanedOffsetTests : CleanerFixture
{
    [Test]
    public async Task What_was_compacted_is_remembered_over_a_stop_and_a_crash()
    {
        var log = Create(Partition);
        Append(log, 10);
        Run();
        await Manager.DisposeAsync();
        Manager = Open();
        Assert.That(Manager.Get(Partition)!.CleanedOffset, Is.EqualTo(9));
        Manager.Abandon();
        Manager = Open();
        Assert.That(Manager.Get(Partition)!.CleanedOffset, Is.EqualTo(9));
        Assert.That(Values(Manager.Get(Partition)!), Is.EqualTo("8 9"));
    }

    [Test]
    public void A_truncation_lowers_what_was_compacted_before_it_returns()
    {
        var log = Create(Partition);
        for (var key = 0; key < 10; key++)
            Append(log, 1, key: key);
        Run();
        Assert.That(log.CleanedOffset, Is.EqualTo(9));
        log.TruncateTo(4);
        Assert.That(log.CleanedOffset, Is.LessThanOrEqualTo(4));
        Manager.Abandon();
        Manager = Open();
        Assert.That(Manager.Get(Partition)!.CleanedOffset, Is.EqualTo(log.CleanedOffset));
        log = Manager.Get(Partition)!;
        log.TruncateFullyAndStartAt(2);
        Assert.That((log.CleanedOffset, Checkpoint()), Is.EqualTo((log.CleanedOffset, $"0\n1\nt 0 {log.CleanedOffset}\n")));
        Assert.That(log.CleanedOffset, Is.LessThanOrEqualTo(2));
    }

    [Test]
    public void An_offset_beyond_the_end_is_forgotten_for_good()
    {
        var log = Create(Partition);
        Append(log, 10);
        Manager.Abandon();
        new OffsetCheckpointFile(Files, "/a/cleaner-offset-checkpoint").Write([KeyValuePair.Create(Partition, 11L)]);
        Manager = Open();
        Assert.That((Manager.Get(Partition)!.CleanedOffset, Checkpoint()), Is.EqualTo((-1L, "0\n0\n")));
        Assert.That(Logger.Lines, Has.One.Contain("was compacted up to offset 11, but ends at 10"));
    }

    [Test]
    public void A_deleted_topic_leaves_nothing_to_its_successor()
    {
        var log = Create(Partition);
        Append(log, 10);
        Run();
        Manager.Delete([Partition]);
        log = Create(Partition, id: new Uuid(7, 7));
        Assert.That((log.CleanedOffset, Checkpoint()), Is.EqualTo((-1L, "0\n0\n")));
    }
}
