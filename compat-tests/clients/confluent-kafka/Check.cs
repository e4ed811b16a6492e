namespace ConfluentKafka;

/// <summary>Runs one check and says "ok name" or "not ok name" with the reason, as every client suite does.</summary>
static class Check
{
    public static int Failures { get; private set; }

    public static void Run(string name, Action check)
    {
        try
        {
            check();
            Console.WriteLine($"ok {name}");
        }
        catch (Exception e)
        {
            Failures++;
            Console.WriteLine($"not ok {name}");
            Console.WriteLine($"#   {e.GetType().Name}: {e.Message}");
        }
    }

    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new InvalidOperationException($"{what}: {actual}, not {expected}");
    }

    public static void That(bool condition, string what)
    {
        if (!condition)
            throw new InvalidOperationException(what);
    }
}
