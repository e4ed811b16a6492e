using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Tests.Runtime;

internal sealed class RollbackTests
{
    [Test]
    public async Task A_failed_append_is_undone_and_the_same_shard_serves_on()
    {
        await using var harness = new RuntimeHarness();
        await harness.Set("a", "1").Soon();
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        await Expect.Refused(harness.Write(new KeyValueRecord("a", null), new KeyValueRecord("b", "2")), ErrorCode.NotEnoughReplicas);
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("a=1"));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.Set("b", "3").Soon());
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("a=1 b=3"));
        Assert.That(harness.Shards, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Every_command_and_query_of_a_failed_batch_fails_and_earlier_ones_do_not()
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromMilliseconds(5));
        harness.Storage.HoldsCommits = true;
        var written = harness.Set("a", "1");
        var early = harness.Get("a");
        harness.Advance(5);
        var failing = new Task[] { harness.Set("a", "2"), harness.Set("b", "2"), harness.Get("b") };
        harness.Storage.AppendError = ErrorCode.KafkaStorageError;
        harness.Advance(5);
        foreach (var command in failing)
            await Expect.Refused(command, ErrorCode.KafkaStorageError);
        Assert.That(written.IsCompleted || early.IsCompleted, Is.False);
        harness.Storage.CommitAll();
        Assert.That(await written.Soon());
        Assert.That(await early.Soon(), Is.EqualTo("1"));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("a=1"));
    }

    [TestCase(ErrorCode.KafkaStorageError, 0)]
    [TestCase(ErrorCode.NotEnoughReplicas, 3)]
    public async Task A_refusal_of_the_disk_is_not_logged_for_each_write(ErrorCode error, int lines)
    {
        await using var harness = new RuntimeHarness();
        harness.Storage.AppendError = error;
        for (var i = 0; i < 3; i++)
            await Expect.Refused(harness.Set("a", "1"), error);
        Assert.That(harness.Logger.Warnings, Has.Count.EqualTo(lines));
    }

    [Test]
    public async Task The_completion_of_a_failed_command_sees_the_state_without_its_records()
    {
        await using var harness = new RuntimeHarness();
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        var seen = new List<(ErrorCode, string?)>();
        var write = harness.Host.WriteAsync("set", shard => new CommandResult<KeyValueRecord>(
            [new KeyValueRecord("a", "1")], error => seen.Add((error, shard.Get("a")))).Respond(true));
        await Expect.Refused(write, ErrorCode.NotEnoughReplicas);
        Assert.That(seen, Is.EqualTo(new[] { (ErrorCode.NotEnoughReplicas, (string?)null) }));
    }

    [Test]
    public async Task A_record_that_cannot_be_replayed_fails_its_batch_and_nothing_of_it_is_written()
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromMilliseconds(5));
        harness.Shard.Poison = "bad";
        var before = harness.Set("a", "1");
        await Expect.Refused(harness.Write(new KeyValueRecord("b", "1"), new KeyValueRecord("bad", "1")), ErrorCode.UnknownServerError);
        await Expect.Refused(before, ErrorCode.UnknownServerError);
        var after = harness.Set("c", "1");
        harness.Advance(5);
        Assert.That(await after.Soon());
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("c=1"));
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_command_whose_predecessors_could_not_be_written_fails_with_them()
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromMinutes(1));
        harness.Storage.MaxBatchSize = 1000;
        var first = harness.Set("a", new string('x', 700));
        harness.Storage.AppendError = ErrorCode.KafkaStorageError;
        // It has decided on a state that is undone while it is appended.
        var second = harness.Set("b", new string('x', 700));
        await Expect.Refused(first, ErrorCode.KafkaStorageError);
        await Expect.Refused(second, ErrorCode.KafkaStorageError);
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.Dump().Soon(), Is.Empty);
    }

    // The batch before is written first where the records do not fit into it.
    [TestCase(10)]
    [TestCase(700)]
    public async Task What_a_command_changes_ahead_of_its_records_is_undone_with_them(int size)
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromMilliseconds(5));
        harness.Storage.MaxBatchSize = 1000;
        var first = harness.Set("a", new string('x', 700));
        var second = SetAhead(harness, "1", new KeyValueRecord("b", new string('x', size)));
        Assert.That(harness.Storage.Batches, Has.Count.EqualTo(size > 300 ? 1 : 0));
        harness.Storage.AppendError = ErrorCode.KafkaStorageError;
        harness.Advance(5);
        await Expect.Refused(second, ErrorCode.KafkaStorageError);
        Assert.That(await harness.Get("ahead").Soon(), Is.Null);
        Assert.That(await harness.Get("a").Soon(), size > 300 ? Is.Not.Null : Is.Null);
        Assert.That(first.IsCompletedSuccessfully, Is.EqualTo(size > 300));
    }

    // The client decides how long a string is that a record has to hold.
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_command_with_a_record_that_cannot_be_encoded_fails_alone_and_leaves_nothing(bool isAtomic)
    {
        foreach (var hasBatch in (bool[])[false, true])
        {
            await using var harness = new RuntimeHarness(TimeSpan.FromMilliseconds(5));
            var before = hasBatch ? harness.Set("a", "1") : Task.FromResult(true);
            KeyValueRecord[] records = [new("b", "1"), new(new string('x', short.MaxValue + 1), "1")];
            var failed = SetAhead(harness, "1", isAtomic, isAtomic ? records : records[1..]);
            await failed.ContinueWith(_ => true, TaskScheduler.Default).Soon();
            Assert.That(failed.IsFaulted);
            var after = harness.Set("c", "1");
            harness.Advance(5);
            Assert.That(await before.Soon());
            Assert.That(await after.Soon());
            Assert.That(await harness.Dump().Soon(), Is.EqualTo(hasBatch ? "a=1 c=1" : "c=1"));
            Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(hasBatch ? 2 : 1));
        }
    }

    [Test]
    public async Task What_a_command_has_changed_is_undone_when_it_throws()
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromMilliseconds(5));
        var before = harness.Set("a", "1");
        var failed = harness.Host.WriteAsync<bool>("ahead", shard =>
        {
            shard.SetAhead("ahead", "1");
            throw new InvalidOperationException("injected by the test");
        });
        await failed.ContinueWith(_ => true, TaskScheduler.Default).Soon();
        Assert.That(failed.IsFaulted);
        harness.Advance(5);
        Assert.That(await before.Soon());
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("a=1"));
    }

    [Test]
    public async Task What_a_command_changes_ahead_of_records_that_are_written_stays()
    {
        await using var harness = new RuntimeHarness();
        Assert.That(await SetAhead(harness, "1", new KeyValueRecord("b", "1")).Soon());
        Assert.That(await SetAhead(harness, "2").Soon(), "without records");
        harness.Storage.AppendError = ErrorCode.KafkaStorageError;
        await Expect.Refused(harness.Set("b", "2"), ErrorCode.KafkaStorageError);
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("ahead=2 b=1"));
    }

    [Test]
    public async Task Of_a_split_list_the_batches_that_were_written_stay()
    {
        await using var harness = new RuntimeHarness();
        harness.Storage.MaxBatchSize = 1000;
        harness.Storage.OnAppend = () =>
        {
            if (harness.Storage.Batches.Count == 2)
                throw new StateMachineException(ErrorCode.KafkaStorageError, "injected by the test");
        };
        var records = Enumerable.Range(0, 50).Select(i => new KeyValueRecord($"k{i:00}", new string('x', 100))).ToArray();
        await Expect.Refused(harness.WriteSplit(records), ErrorCode.KafkaStorageError);
        harness.Storage.OnAppend = null;
        var kept = harness.Storage.Batches.Sum();
        Assert.That(kept, Is.GreaterThan(0));
        Assert.That((await harness.Dump().Soon()).Split(' '), Has.Length.EqualTo(kept), "the state is what the log holds");
    }

    [Test]
    public async Task An_exception_of_the_storage_is_a_failed_append_too()
    {
        await using var harness = new RuntimeHarness();
        harness.Storage.OnAppend = () => throw new IOException("the disk failed");
        await Expect.Refused(harness.Set("a", "1"), ErrorCode.UnknownServerError);
        harness.Storage.OnAppend = null;
        Assert.That(await harness.Dump().Soon(), Is.Empty);
        Assert.That(await harness.Set("a", "1").Soon());
    }

    private static Task<bool> SetAhead(RuntimeHarness harness, string value, params KeyValueRecord[] records) =>
        SetAhead(harness, value, isAtomic: false, records);

    private static Task<bool> SetAhead(RuntimeHarness harness, string value, bool isAtomic, KeyValueRecord[] records) =>
        harness.Host.WriteAsync("ahead", shard =>
        {
            shard.SetAhead("ahead", value);
            return new CommandResult<KeyValueRecord, bool>(records, true, isAtomic);
        });
}
