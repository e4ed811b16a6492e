using KafkaSharp.Configuration;

namespace KafkaSharp.Broker.Configuration;

/// <summary>The faults of a configuration, which are reported together. Not thread-safe.</summary>
internal sealed class ConfigurationFaults
{
    /// <summary>One sentence for each fault.</summary>
    public List<string> Messages { get; } = [];

    public bool HasAny => Messages.Count > 0;

    public void Add(string message)
    {
        if (!Messages.Contains(message))
            Messages.Add(message);
    }

    /// <summary>Reads a value; null where it has a fault. The fault of a key that several checks read is kept once.</summary>
    public T? Try<T>(Func<T> read)
        where T : class?
    {
        try
        {
            return read();
        }
        catch (ConfigException e)
        {
            Add(e.Message);
            return null;
        }
    }

    /// <summary>The error of a start that the faults prevent. Unknown keys come first: they may be the cause of a fault.</summary>
    public BrokerStartException ToException(IReadOnlyList<string> unknownKeys)
    {
        string[] all = [.. unknownKeys, .. Messages];
        return new BrokerStartException(
            all is [var only] ? only : $"{Count(Messages.Count)} in the configuration:\n  {string.Join("\n  ", all)}");

        static string Count(int faults) => faults == 1 ? "1 fault" : $"{faults} faults";
    }
}
