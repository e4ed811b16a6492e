namespace KafkaSharp.Configuration.Tests;

sealed class DurationsTests
{
    [Test]
    public void The_longest_number_is_the_longest_duration() => Assert.Multiple(() =>
    {
        Assert.That(Durations.OfMilliseconds(long.MaxValue), Is.EqualTo(TimeSpan.MaxValue));
        Assert.That(Durations.OfSeconds(long.MaxValue), Is.EqualTo(TimeSpan.MaxValue));
        Assert.That(Durations.OfMilliseconds(long.MinValue), Is.EqualTo(TimeSpan.MinValue));
    });

    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(922_337_203_685)]
    public void What_fits_is_what_it_says(long seconds) => Assert.Multiple(() =>
    {
        Assert.That(Durations.OfSeconds(seconds).Ticks, Is.EqualTo(seconds * TimeSpan.TicksPerSecond));
        Assert.That(Durations.OfMilliseconds(seconds).Ticks, Is.EqualTo(seconds * TimeSpan.TicksPerMillisecond));
    });
}
