using KafkaSharp.Testing.Time;

namespace KafkaSharp.Testing.Tests.Time;

internal sealed class IsoDurationTests
{
    [TestCase("PT0S", 0)]
    [TestCase("PT0.5S", 0.5)]
    [TestCase("PT1H30M", 5400)]
    [TestCase("P7D", 7 * 86400)]
    [TestCase("P1DT1S", 86401)]
    [TestCase("PT0.0000001S", 0.0000001)]
    public void Durations_are_read_and_written(string text, double seconds)
    {
        Assert.That(IsoDuration.TryParse(text, out var duration), Is.True);
        Assert.That(duration, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
        Assert.That(IsoDuration.Format(duration), Is.EqualTo(text));
    }

    [TestCase("P1W", 7 * 86400)]
    [TestCase("PT90M", 5400)]
    [TestCase("P0.5D", 43200)]
    public void Other_forms_are_read(string text, double seconds)
    {
        Assert.That(IsoDuration.TryParse(text, out var duration), Is.True);
        Assert.That(duration, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("P")]
    [TestCase("PT")]
    [TestCase("P1DT")]
    [TestCase("5s")]
    [TestCase("P1M")]
    [TestCase("P1Y")]
    [TestCase("PT1S1H")]
    [TestCase("PT-1S")]
    [TestCase("P1")]
    [TestCase("PTS")]
    [TestCase("P99999999999999999D")]
    public void What_is_no_duration_is_refused(string? text) => Assert.That(IsoDuration.TryParse(text, out _), Is.False);

    [Test]
    public void Every_duration_is_the_same_after_text()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var duration = TimeSpan.FromTicks(random.NextInt64(1L << random.Next(1, 62)));
            Assert.That(IsoDuration.TryParse(IsoDuration.Format(duration), out var read) ? read : default, Is.EqualTo(duration));
        }
    }
}
