using KafkaSharp.Configuration;
using KafkaSharp.Network;
using KafkaSharp.Network.Endpoints;

namespace KafkaSharp.Broker.Configuration;

/// <summary>The listeners of a node, from the keys that name them. Immutable.</summary>
/// <param name="Listeners">Every listener, the controller's among them (<c>listeners</c>).</param>
/// <param name="Advertised">The addresses for clients (<c>advertised.listeners</c>); a listener that is not in it advertises
/// itself.</param>
/// <param name="ControllerNames">The names of the controller's listeners (<c>controller.listener.names</c>).</param>
/// <param name="InterBrokerName">The name of the brokers' own listener (<c>inter.broker.listener.name</c>); null where it is not
/// set.</param>
internal sealed record ListenerConfiguration(
    IReadOnlyList<Endpoint> Listeners, IReadOnlyList<Endpoint> Advertised, IReadOnlyList<string> ControllerNames, string? InterBrokerName)
{
    /// <summary>Reads the keys. One that cannot be read is a fault, and its list is empty.</summary>
    public static ListenerConfiguration Read(ConfigValues values, ConfigurationFaults faults) => new(
        faults.Try(() => ListenerEndpoints.Of(values, NetworkConfigs.Listeners)) ?? [],
        faults.Try(() => ListenerEndpoints.Of(values, NetworkConfigs.AdvertisedListeners)) ?? [],
        values.Get(NetworkConfigs.ControllerListenerNames) ?? [],
        values.Get(NetworkConfigs.InterBrokerListenerName));

    /// <summary>Checks that the values of the keys are consistent. Called only if each of them could be parsed.</summary>
    public void Check(ConfigurationFaults faults)
    {
        if (ControllerNames.Count > 0 && !Listeners.Any(IsController))
        {
            faults.Add("controller.listener.names must contain at least one value appearing in the 'listeners' configuration "
                + $"when running the KRaft controller role; it is '{string.Join(',', ControllerNames)}'");
        }
        if (Listeners.All(IsController))
            faults.Add("listeners has no listener for clients: each of them is in controller.listener.names");
        foreach (var unsupported in Listeners.Where(listener => listener.SecurityProtocol != SecurityProtocol.Plaintext))
            faults.Add($"Listener {unsupported} has the security protocol {unsupported.SecurityProtocol.Name()}: KafkaSharp serves " +
                "PLAINTEXT only");
        foreach (var beyond in Listeners.Concat(Advertised).Where(listener => listener.Port > ushort.MaxValue))
            faults.Add($"Listener {beyond} has a port above {ushort.MaxValue}");
        foreach (var unknown in Advertised.Where(advertised => !Contains(advertised.ListenerName)))
            faults.Add($"advertised.listeners names {unknown.ListenerName}, which is not in listeners");
        var published = Advertised.Count > 0 ? Advertised : Listeners.Where(listener => !IsController(listener));
        if (published.Any(listener => listener.Host == "0.0.0.0"))
            faults.Add("advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.");
        if (InterBrokerName is { } name && !Contains(name))
            faults.Add($"inter.broker.listener.name is {name}, which is not in listeners");
    }

    private bool IsController(Endpoint listener) => ControllerNames.Contains(listener.ListenerName);

    private bool Contains(string name) => Listeners.Any(listener => listener.ListenerName == name);
}
