using KafkaSharp.Network.Connections;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// Lets what waited for a socket go on in the thread that saw the socket become ready, instead of in a thread of the pool that has to be woken for
/// it: a third of the processor time for small requests. A choice of the process, as all its sockets are concerned: whatever awaits one must not
/// block its thread (<see cref="Connection"/> does not, and gives the thread back where a client keeps it busy). Not for test processes.
/// </summary>
public static class InlineCompletions
{
    const string Switch = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Must come before the first socket is made; what the environment says otherwise stands.</summary>
    public static void Enable()
    {
        if (Environment.GetEnvironmentVariable(Switch) is null)
            Environment.SetEnvironmentVariable(Switch, "1");
    }
}
