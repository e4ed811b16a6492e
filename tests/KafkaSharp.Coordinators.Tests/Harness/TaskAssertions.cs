namespace KafkaSharp.Coordinators.Tests.Harness;

internal static class TaskAssertions
{
    /// <summary>Waits for what is about to be, and fails where it isn't.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(10));
}
