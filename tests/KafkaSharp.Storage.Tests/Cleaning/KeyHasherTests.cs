using KafkaSharp.Storage.Cleaning;

namespace KafkaSharp.Storage.Tests.Cleaning;

public sealed class KeyHasherTests
{
    // From openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:16 SIPHASH.
    [TestCase(0, "A3817F04BA25A8E66DF67214C7550293")]
    [TestCase(1, "DA87C1D86B99AF44347659119B22FC45")]
    [TestCase(7, "A1F1EBBED8DBC153C0B84AA61FF08239")]
    [TestCase(8, "3B62A9BA6258F5610F83E264F31497B4")]
    [TestCase(15, "5493E99933B0A8117E08EC0F97CFC3D9")]
    [TestCase(16, "6EE2A4CA67B054BBFD3315BF85230577")]
    [TestCase(63, "5150D1772F50834A503E069A973FBD7C")]
    public void Is_SipHash_with_128_bits(int length, string expected)
    {
        var hasher = new KeyHasher(0x0706050403020100, 0x0f0e0d0c0b0a0908);
        var (high, low) = hasher.Hash([.. Enumerable.Range(0, length).Select(i => (byte)i)]);
        Assert.That(Convert.ToHexString([.. BitConverter.GetBytes(high), .. BitConverter.GetBytes(low)]), Is.EqualTo(expected));
    }

    [Test]
    public void Depends_on_the_secret() =>
        Assert.That(new KeyHasher(new Random(1)).Hash("k"u8), Is.Not.EqualTo(new KeyHasher(new Random(2)).Hash("k"u8)));
}
