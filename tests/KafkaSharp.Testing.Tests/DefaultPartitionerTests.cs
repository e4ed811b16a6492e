using System.Text;

namespace KafkaSharp.Testing.Tests;

internal sealed class DefaultPartitionerTests
{
    // From org.apache.kafka.common.utils.UtilsTest.testMurmur2.
    [TestCase("21", -973932308)]
    [TestCase("foobar", -790332482)]
    [TestCase("a-little-bit-long-string", -985981536)]
    [TestCase("a-little-bit-longer-string", -1486304829)]
    [TestCase("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    public void It_is_the_hash_of_the_java_producer(string key, int hash) =>
        Assert.That((int)DefaultPartitioner.Murmur2(Encoding.UTF8.GetBytes(key)), Is.EqualTo(hash));
}
