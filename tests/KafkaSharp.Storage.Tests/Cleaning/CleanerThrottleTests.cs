using KafkaSharp.Storage.Cleaning;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>How long a cleaning waits, and what ends its wait.</summary>
public sealed class CleanerThrottleTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private CancellationTokenSource _stop = null!;
    private CleanerThrottle _throttle = null!;

    [SetUp]
    public void Start()
    {
        _stop = new CancellationTokenSource();
        _throttle = new CleanerThrottle(_time, _stop.Token) { BytesPerSecond = 1000 };
    }

    [TearDown]
    public void Stop()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    [Test]
    public void A_cleaning_waits_until_its_bytes_are_within_the_limit()
    {
        _throttle.Count(5000);
        _time.Advance(TimeSpan.FromSeconds(1));
        var counted = Count(1000);
        _time.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.That(counted.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(counted.Wait(s_long), Is.True);
        _throttle.Count(1000);
        Assert.That(_time.ActiveTimers, Is.Zero);
    }

    [TestCase(double.MaxValue)]
    [TestCase(1_000_000)]
    public void A_raised_limit_ends_a_wait_under_the_old_one(double raised)
    {
        _throttle.BytesPerSecond = 0.001;
        var counted = CountTooMuch();
        _throttle.BytesPerSecond = raised;
        Assert.That(counted.Wait(s_long), Is.True);
    }

    [Test]
    public void With_a_limit_of_nothing_a_cleaning_waits_for_another_limit()
    {
        _throttle.BytesPerSecond = 0;
        var counted = CountTooMuch();
        _time.Advance(TimeSpan.FromDays(40));
        Assert.That(counted.IsCompleted, Is.False);
        _throttle.BytesPerSecond = 1000;
        Assert.That(counted.Wait(s_long), Is.True);
    }

    [Test]
    public void A_stop_ends_a_wait()
    {
        var counted = CountTooMuch();
        _stop.Cancel();
        Assert.That(counted.Wait(s_long), Is.True);
    }

    private Task CountTooMuch()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return Count(100_000);
    }

    // Returns when it waits.
    private Task Count(int bytes)
    {
        var counted = Task.Run(() => _throttle.Count(bytes));
        Assert.That(SpinWait.SpinUntil(() => _time.ActiveTimers == 1, s_long), Is.True);
        return counted;
    }
}
