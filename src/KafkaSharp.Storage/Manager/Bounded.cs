using System.Runtime.ExceptionServices;

namespace KafkaSharp.Storage.Manager;

/// <summary>Blocking work on many items by a bounded number of threads; the first failure ends it and is thrown as it is.</summary>
internal static class Bounded
{
    public static void Run<T>(IReadOnlyList<T> items, int threads, Action<T> action)
    {
        if (items.Count <= 1 || threads == 1)
        {
            foreach (var item in items)
                action(item);
            return;
        }
        try
        {
            Parallel.ForEach(items, new ParallelOptions { MaxDegreeOfParallelism = threads }, action);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
