using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Protocol.Tests.Records;

internal sealed class RecordArraysTests
{
    [TestCase(1_000, true)]
    [TestCase(RecordArrays.LargestPooled, true)]
    [TestCase(RecordArrays.LargestPooled + 1, false)]
    public void A_large_array_is_not_kept(int size, bool isKept)
    {
        var array = RecordArrays.Rent(size);
        RecordArrays.Return(array);
        var next = RecordArrays.Rent(size);
        Assert.That((array.Length >= size, ReferenceEquals(next, array)), Is.EqualTo((true, isKept)));
        RecordArrays.Return(next);
    }
}
