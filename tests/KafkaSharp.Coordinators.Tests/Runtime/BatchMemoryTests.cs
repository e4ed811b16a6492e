using System.Runtime.CompilerServices;
using KafkaSharp.Compression;
using KafkaSharp.Coordinators.Tests.Harness;

namespace KafkaSharp.Coordinators.Tests.Runtime;

/// <summary>
/// A shard keeps its batch for as long as it is led here. What one large record took must not stay: 50 shards would keep it 50 times, and a
/// broker with large arrays in use never counts as quiet.
/// </summary>
internal sealed class BatchMemoryTests
{
    private const int Large = 20 * 1024 * 1024;

    [TestCase(1024 * 1024, false)]
    [TestCase(2 * Large, true)]
    public async Task A_large_record_leaves_no_large_array_in_use(int maxBatchSize, bool isWritten)
    {
        await using var harness = new RuntimeHarness();
        harness.Storage.MaxBatchSize = maxBatchSize;
        var before = RecordArrays.LargeBytesInUse;

        var write = harness.Set("k", new string('x', Large));

        Assert.That(write.IsCompletedSuccessfully, Is.EqualTo(isWritten));
        Assert.That(RecordArrays.LargeBytesInUse, Is.EqualTo(before));
    }

    [Test]
    public async Task A_shard_keeps_little_memory_after_a_large_record()
    {
        await using var harness = new RuntimeHarness();
        await harness.Set("k", "v");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await SetLarge(harness);

        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(Large / 2));
    }

    // A method of its own, whose frame is gone when the memory is counted: a frame may keep the string.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task SetLarge(RuntimeHarness harness) =>
        harness.Set("k", new string('x', Large)).ContinueWith(_ => { }, TaskScheduler.Default);
}
