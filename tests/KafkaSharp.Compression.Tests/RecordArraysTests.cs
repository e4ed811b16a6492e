using System.Runtime.CompilerServices;

namespace KafkaSharp.Compression.Tests;

internal sealed class RecordArraysTests
{
    private const int Large = RecordArrays.LargestPooled + 1;

    [TestCase(1_000)]
    [TestCase(RecordArrays.LargestPooled)]
    [TestCase(Large)]
    [TestCase(100_000_000)]
    public void An_array_is_used_again(int size)
    {
        var array = RecordArrays.Rent(size);
        RecordArrays.Return(array);
        var next = RecordArrays.Rent(size);
        Assert.That((array.Length >= size, ReferenceEquals(next, array)), Is.EqualTo((true, true)));
        RecordArrays.Return(next);
    }

    [Test]
    public void An_array_in_use_is_not_rented_twice()
    {
        var arrays = Enumerable.Range(0, 10).Select(_ => RecordArrays.Rent(Large)).ToList();
        arrays.ForEach(RecordArrays.Return);
        var next = Enumerable.Range(0, 10).Select(_ => RecordArrays.Rent(Large)).ToList();
        Assert.That(next.Distinct().Count(), Is.EqualTo(10));
        Assert.That(next.Count(arrays.Contains), Is.EqualTo(4));
    }

    [Test]
    public void A_large_array_is_not_kept_from_the_garbage_collector()
    {
        var returned = RentAndReturn();
        GC.Collect();
        Assert.That(returned.IsAlive, Is.False);
    }

    [TestCase(RecordArrays.LargestPooled, 0)]
    [TestCase(Large, 8 * 1024 * 1024)]
    [TestCase((1 << 30) + 1, (1 << 30) + 1)]
    public void Large_arrays_count_while_they_are_in_use(int size, long counted)
    {
        var before = RecordArrays.LargeBytesInUse;
        var array = RecordArrays.Rent(size);
        var during = RecordArrays.LargeBytesInUse;
        RecordArrays.Return(array);
        Assert.That((during - before, RecordArrays.LargeBytesInUse - before), Is.EqualTo((counted, 0L)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RentAndReturn()
    {
        var array = RecordArrays.Rent(Large);
        RecordArrays.Return(array);
        return new WeakReference(array);
    }
}
