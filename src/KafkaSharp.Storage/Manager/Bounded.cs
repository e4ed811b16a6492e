using System.Runtime.ExceptionServices;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Blocking work on many items by a bounded number of threads, one of which is the caller's. None is of the thread pool. The first failure
/// ends it and is thrown as it is.
/// </summary>
internal static class Bounded
{
    public static void Run<T>(IReadOnlyList<T> items, int threads, Action<T> action)
    {
        var next = -1;
        Exception? failure = null;
        var others = new Thread[Math.Max(0, Math.Min(threads, items.Count) - 1)];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(Work) { IsBackground = true, Name = "log work" };
            others[i].Start();
        }
        Work();
        foreach (var other in others)
            other.Join();
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);

        void Work()
        {
            while (Volatile.Read(ref failure) is null && Interlocked.Increment(ref next) is var index && index < items.Count)
            {
                try
                {
                    action(items[index]);
                }
#pragma warning disable CA1031 // Thrown again on the caller's thread.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    Interlocked.CompareExchange(ref failure, e, null);
                }
            }
        }
    }
}
