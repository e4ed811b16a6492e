namespace ConfluentKafka;

/// <summary>Runs a check and prints "ok name", or "not ok name" with the reason.</summary>
internal static class Check
{
    public static int Failures { get; private set; }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    /// <summary>A check that exceeds its time limit has failed. Its thread is abandoned and the next check runs.</summary>
    public static void Run(string name, Action check)
    {
        var fault = (Exception?)null;
        var thread = new Thread(() =>
        {
            try
            {
                check();
            }
            catch (Exception e)
            {
                fault = e is AggregateException { InnerException: { } inner } ? inner : e;
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        if (!thread.Join(Patience))
            fault = new TimeoutException($"did not finish within {Patience.TotalSeconds} s");
        if (fault is null)
        {
            Console.WriteLine($"ok {name}");
            return;
        }
        Failures++;
        Console.WriteLine($"not ok {name}");
        Console.WriteLine($"#   {fault.GetType().Name}: {fault.Message}");
    }

    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new InvalidOperationException($"{what}: {actual} instead of {expected}");
    }

    public static void That(bool condition, string what)
    {
        if (!condition)
            throw new InvalidOperationException(what);
    }
}
