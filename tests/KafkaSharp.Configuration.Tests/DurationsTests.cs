namespace KafkaSharp.Configuration.Tests;

internal sealed class DurationsTests
{
    [Test]
    public void A_number_beyond_the_range_gives_the_longest_duration() => Assert.Multiple(() =>
    {
        Assert.That(Durations.OfMilliseconds(long.MaxValue), Is.EqualTo(TimeSpan.MaxValue));
        Assert.That(Durations.OfSeconds(long.MaxValue), Is.EqualTo(TimeSpan.MaxValue));
        Assert.That(Durations.OfMilliseconds(long.MinValue), Is.EqualTo(TimeSpan.MinValue));
    });

    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(922_337_203_685)]
    public void A_number_within_the_range_gives_that_duration(long seconds) => Assert.Multiple(() =>
    {
        Assert.That(Durations.OfSeconds(seconds).Ticks, Is.EqualTo(seconds * TimeSpan.TicksPerSecond));
        Assert.That(Durations.OfMilliseconds(seconds).Ticks, Is.EqualTo(seconds * TimeSpan.TicksPerMillisecond));
    });
}
