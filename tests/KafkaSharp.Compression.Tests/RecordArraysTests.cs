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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RentAndReturn()
    {
        var array = RecordArrays.Rent(Large);
        RecordArrays.Return(array);
        return new WeakReference(array);
    }
}
