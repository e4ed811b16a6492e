using KafkaSharp.Configuration;
using KafkaSharp.Protocol.Records.Building;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>Which logs are compacted, when and how far.</summary>
internal sealed class LogCleanerTests : CleanerFixture
{
    [Test]
    public void A_broker_without_compacted_topics_has_no_timer_for_them()
    {
        Create(Partition, ("cleanup.policy", "delete"));
        Manager.StartTasks();
        var before = Time.ActiveTimers;
        Create(Other);
        Assert.That(Time.ActiveTimers, Is.EqualTo(before + 1));
    }

    [Test]
    public void A_log_is_compacted_as_soon_as_enough_of_it_is_dirty()
    {
        var log = Create(Partition, ("min.cleanable.dirty.ratio", "0.5"));
        Manager.StartTasks();
        Append(log, 10);
        Turn();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((9L, "8 9")), "the active segment stays");
        Assert.That(Checkpoint(), Is.EqualTo("0\n1\nt 0 9\n"));
        Append(log, 1);
        Turn();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((9L, "8 9 10")), "a half, not more than a half");
        Append(log, 1);
        Turn();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((11L, "10 11")));
    }

    [Test]
    public void The_dirtiest_log_comes_first()
    {
        var small = Create(Partition);
        var large = Create(Other);
        Append(small, 3);
        Append(large, 3);
        Run();
        Append(small, 2);
        Append(large, 20);
        Logger.Clear();
        Run();
        Assert.That(Logger.Lines.Where(m => m.Contains("Compacted")).Select(m => m.Contains("u-0")), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void Records_younger_than_the_minimum_lag_stay()
    {
        var log = Create(Partition, ("min.compaction.lag.ms", "10000"));
        Append(log, 5);
        Time.Advance(TimeSpan.FromSeconds(8));
        Append(log, 5);
        Run();
        Assert.That(Values(log), Is.EqualTo("0 1 2 3 4 5 6 7 8 9"));
        Time.Advance(TimeSpan.FromSeconds(3));
        Run();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((5L, "4 5 6 7 8 9")));
    }

    [Test]
    public void Records_older_than_the_maximum_lag_are_compacted_however_few_they_are()
    {
        var log = Create(Partition, ("min.cleanable.dirty.ratio", "1"), ("max.compaction.lag.ms", "10000"));
        Append(log, 5);
        Run();
        Assert.That(log.CleanedOffset, Is.EqualTo(-1));
        Time.Advance(TimeSpan.FromMilliseconds(10_000));
        Run();
        Assert.That(log.CleanedOffset, Is.EqualTo(-1), "not longer than the maximum");
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Run();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((4L, "3 4")));
    }

    [TestCase("compact", 10_000, -1)]
    [TestCase("compact", 10_001, 2)]
    [TestCase("compact,delete", 10_001, 2)]
    [TestCase("delete", 10_001, -1)]
    public void The_active_segment_rolls_after_the_maximum_lag(string policy, int waitMs, long cleanedOffset)
    {
        var log = Create(
            Partition, ("cleanup.policy", policy), ("internal.segment.bytes", "100000"), ("max.compaction.lag.ms", "10000"),
            ("retention.ms", "-1"));
        Append(log, 2);
        Time.Advance(TimeSpan.FromMilliseconds(waitMs));
        Append(log, 1);
        Run();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((cleanedOffset, cleanedOffset == 2 ? "1 2" : "0 1 2")));
    }

    [TestCase("9223372036854775807", true)]
    [TestCase("31536000000", false)]
    public void Tombstones_stay_for_as_long_as_they_are_retained(string retentionMs, bool isKept)
    {
        var log = Create(Partition, ("delete.retention.ms", retentionMs));
        Append(log, 1, isTombstone: true);
        for (var key = 1; key < 5; key++)
        {
            Append(log, 2, key: key);
            Run();
            Time.Advance(TimeSpan.FromDays(300));
        }
        Assert.That(Values(log).StartsWith("0 ", StringComparison.Ordinal), Is.EqualTo(isKept));
    }

    [Test]
    public void Nothing_above_the_last_stable_offset_is_compacted()
    {
        var log = Create(Partition);
        Append(log, 3);
        Append(log, 1, new RecordBatchOptions { ProducerId = 5, ProducerEpoch = 0, BaseSequence = 0, IsTransactional = true });
        Append(log, 6);
        Run();
        Assert.That((log.LastStableOffset, log.CleanedOffset, Values(log)), Is.EqualTo((3L, 3L, "2 3 4 5 6 7 8 9")));
    }

    [Test]
    public void Retention_of_a_compacted_log_is_left_to_the_cleaner()
    {
        var log = Create(Partition, ("cleanup.policy", "compact,delete"), ("retention.ms", "1000"), ("min.cleanable.dirty.ratio", "1"));
        Append(log, 5);
        Time.Advance(TimeSpan.FromSeconds(2));
        Manager.Maintenance.DeleteOldSegments();
        Assert.That(log.LogStartOffset, Is.Zero);
        Run();
        Assert.That(log.LogStartOffset, Is.EqualTo(5));
    }

    [Test]
    public void The_configuration_changes_while_the_broker_runs()
    {
        var log = Create(Partition);
        Manager.StartTasks();
        Turn();
        Append(log, 10);
        Broker["log.cleaner.backoff.ms"] = "5000";
        Manager.UpdateBrokerConfig(ConfigValues.Parse(Schema, Broker));
        Turn();
        Assert.That(log.CleanedOffset, Is.EqualTo(9), "a changed interval begins at once");
        Append(log, 10);
        Turn();
        Assert.That(log.CleanedOffset, Is.EqualTo(9));
        Time.Advance(TimeSpan.FromSeconds(4));
        Assert.That(log.CleanedOffset, Is.EqualTo(19));
    }

    [Test]
    public async Task Without_the_cleaner_nothing_is_compacted_nor_deleted()
    {
        await Manager.DisposeAsync();
        Broker["log.cleaner.enable"] = "false";
        Manager = Open();
        var log = Create(Partition, ("cleanup.policy", "compact,delete"), ("retention.ms", "1000"));
        Manager.StartTasks();
        Append(log, 10);
        Time.Advance(TimeSpan.FromHours(1));
        Assert.That((log.CleanedOffset, log.LogStartOffset, Values(log)), Is.EqualTo((-1L, 0L, "0 1 2 3 4 5 6 7 8 9")));
    }
}
