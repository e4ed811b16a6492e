using System.Net.Sockets;
using Confluent.Kafka;

namespace GroupChecker;

/// <summary>Looks at the committed offsets, which must never go back, and at the type of the group.</summary>
internal static class Observer
{
    public static void Run(string bootstrap, Journal journal)
    {
        using var reader = RolledTopic.Reader(bootstrap);
        var state = new GroupState(bootstrap);
        string? last = null;
        while (true)
        {
            try
            {
                journal.Saw(RolledTopic.Committed(reader));
                if (state.Type() is { } type && type != last)
                    journal.Type(last = type);
            }
            catch (Exception e) when (e is KafkaException or SocketException or IOException)
            {
                // The broker is being restarted.
            }
            Thread.Sleep(50);
        }
    }
}
