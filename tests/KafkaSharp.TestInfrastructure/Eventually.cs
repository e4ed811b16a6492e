using System.Diagnostics;
using NUnit.Framework;

namespace KafkaSharp.TestInfrastructure;

/// <summary>Waits on a condition that another thread brings about; fails the test when it does not come.</summary>
public static class Eventually
{
    public static async Task True(Func<bool> condition, string what, TimeSpan? within = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > (within ?? TimeSpan.FromSeconds(20)))
                Assert.Fail($"Did not come about: {what}");
            await Task.Delay(1);
        }
    }
}
