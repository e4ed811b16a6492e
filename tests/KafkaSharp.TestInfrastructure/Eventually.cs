using System.Diagnostics;
using NUnit.Framework;

namespace KafkaSharp.TestInfrastructure;

/// <summary>Waits on a condition that another thread brings about; fails the test when it does not come.</summary>
public static class Eventually
{
    public static Task True(Func<bool> condition, string what, TimeSpan? within = null) =>
        True(() => Task.FromResult(condition()), what, within);

    /// <summary>The same for a condition that takes a request.</summary>
    public static async Task True(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > (within ?? TimeSpan.FromSeconds(20)))
                Assert.Fail($"Did not come about: {what}");
            await Task.Delay(1);
        }
    }
}
