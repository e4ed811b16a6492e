using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Protocol.Tests.Records;

public sealed class Crc32CTests
{
    [Test]
    public void The_check_value_of_the_standard_is_computed() => Assert.That(Crc32C.Compute("123456789"u8), Is.EqualTo(0xe3069283));

    [Test]
    public void The_crc_of_no_bytes_is_zero() => Assert.That(Crc32C.Compute([]), Is.Zero);

    [Test]
    public void Three_lanes_give_the_same_result_as_bitwise_division()
    {
        var bytes = new byte[20_000];
        new Random(7).NextBytes(bytes);
        foreach (var length in new[] { 1, 7, 8, 9, 1023, 1024, 3071, 3072, 3073, 6143, 6144, 9221, 19_999, 20_000 })
            Assert.That(Crc32C.Compute(bytes.AsSpan(0, length)), Is.EqualTo(BitByBit(bytes.AsSpan(0, length))), $"{length} bytes");
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0x82f63b78);
        }
        return ~crc;
    }
}
