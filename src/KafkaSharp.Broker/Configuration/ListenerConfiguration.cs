using System.Net;
using KafkaSharp.Configuration;
using KafkaSharp.Network;
using KafkaSharp.Network.Endpoints;

namespace KafkaSharp.Broker.Configuration;

/// <summary>The listeners of a node, from the keys that name them. Immutable.</summary>
/// <param name="Listeners">Every listener, the controller's among them (<c>listeners</c>).</param>
/// <param name="Advertised">The addresses for clients (<c>advertised.listeners</c>); a listener that is not in it advertises
/// itself.</param>
/// <param name="ControllerNames">The names of the controller's listeners (<c>controller.listener.names</c>).</param>
/// <param name="InterBrokerName">The name of the brokers' own listener (<c>inter.broker.listener.name</c>); where it is not set, the one
/// that is named after its security protocol (<c>security.inter.broker.protocol</c>).</param>
internal sealed record ListenerConfiguration(
    IReadOnlyList<Endpoint> Listeners, IReadOnlyList<Endpoint> Advertised, IReadOnlyList<string> ControllerNames, string InterBrokerName)
{
    private const string InterBrokerProtocol = "security.inter.broker.protocol";
    private const string EarlyStart = "early.start.listeners";

    /// <summary>The listeners that start before the metadata is loaded; each listener does here.</summary>
    private IReadOnlyList<string> EarlyStartNames { get; init; } = [];

    /// <summary>Whether the brokers' own listener is named in both ways.</summary>
    private bool IsInterBrokerNamedTwice { get; init; }

    /// <summary>Reads the keys. One that cannot be read is a fault, and its list is empty.</summary>
    public static ListenerConfiguration Read(ConfigValues values, ConfigurationFaults faults) => new(
        faults.Try(() => ListenerEndpoints.Of(values, NetworkConfigs.Listeners)) ?? [],
        faults.Try(() => ListenerEndpoints.Of(values, NetworkConfigs.AdvertisedListeners)) ?? [],
        values.Get(NetworkConfigs.ControllerListenerNames) ?? [],
        (values.Get(NetworkConfigs.InterBrokerListenerName) ?? values.Given.GetValueOrDefault(InterBrokerProtocol)
            ?? SecurityProtocol.Plaintext.Name()).ToUpperInvariant())
    {
        EarlyStartNames = new BrokerKeyValues(values.Given).List(EarlyStart),
        IsInterBrokerNamedTwice = values.Get(NetworkConfigs.InterBrokerListenerName) is not null
            && values.Given.ContainsKey(InterBrokerProtocol),
    };

    /// <summary>Checks that the values of the keys are consistent. Called only if each of them could be parsed.</summary>
    public void Check(ConfigurationFaults faults)
    {
        CheckDistinct(faults);
        CheckController(faults);
        if (IsInterBrokerNamedTwice)
            faults.Add($"Only one of {NetworkConfigs.InterBrokerListenerName.Name} and {InterBrokerProtocol} should be set.");
        foreach (var name in EarlyStartNames.Where(name => !Contains(name) && !ControllerNames.Contains(name)))
        {
            faults.Add($"{EarlyStart} contains listener {name}, but this is not contained in listeners or "
                + NetworkConfigs.ControllerListenerNames.Name);
        }
        foreach (var unsupported in Listeners.Where(listener => listener.SecurityProtocol != SecurityProtocol.Plaintext))
            faults.Add($"Listener {unsupported} has the security protocol {unsupported.SecurityProtocol.Name()}: KafkaSharp serves " +
                "PLAINTEXT only");
        foreach (var beyond in Listeners.Concat(Advertised).Where(listener => listener.Port > ushort.MaxValue))
            faults.Add($"Listener {beyond} has a port above {ushort.MaxValue}");
        CheckAdvertised(faults);
    }

    private void CheckController(ConfigurationFaults faults)
    {
        const string When = "when running the KRaft controller role";
        var names = string.Join(',', ControllerNames);
        if (ControllerNames.Count > 0 && !Listeners.Any(IsController))
        {
            faults.Add("controller.listener.names must contain at least one value appearing in the 'listeners' configuration "
                + $"{When}; it is '{names}'");
        }
        else if (!ControllerNames.All(Contains))
        {
            faults.Add("controller.listener.names must only contain values appearing in the 'listeners' configuration "
                + $"{When}; it is '{names}'");
        }
    }

    private void CheckAdvertised(ConfigurationFaults faults)
    {
        var published = (Advertised.Count > 0 ? Advertised : Listeners).Where(listener => !IsController(listener)).ToArray();
        if (published.Length == 0)
        {
            faults.Add("There must be at least one broker advertised listener."
                + (Listeners.All(IsController) ? " Perhaps all listeners appear in controller.listener.names?" : ""));
            return;
        }
        var unknown = published.Select(advertised => advertised.ListenerName).Where(name => !Contains(name)).ToArray();
        if (unknown.Length > 0)
        {
            faults.Add("advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. Found "
                + $"{string.Join(",", unknown)}. The valid options based on the current configuration are {Names(Listeners)}");
        }
        if (published.Concat(Advertised).Any(listener => listener.Host == "0.0.0.0"))
        {
            faults.Add("advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address. "
                + "Set advertised.listeners to the name or address by which clients reach this broker.");
        }
        if (published.All(listener => listener.ListenerName != InterBrokerName))
        {
            faults.Add("inter.broker.listener.name must be a listener name defined in advertised.listeners. It is "
                + $"{InterBrokerName}; the valid options based on currently configured listeners are {Names(published)}");
        }
    }

    // Two listeners may share a port if one of them has an IPv4 address and the other one an IPv6 address.
    private void CheckDistinct(ConfigurationFaults faults)
    {
        foreach (var list in (IReadOnlyList<Endpoint>[])[Listeners, [.. Advertised.Distinct()]])
        {
            if (list.DistinctBy(listener => listener.ListenerName).Count() < list.Count)
                faults.Add($"Each listener must have a different name, listeners: {string.Join(",", list)}");
        }
        foreach (var port in Listeners.Where(listener => listener.Port != 0).GroupBy(listener => listener.Port))
        {
            if (port.Count() > 1 && !ArePair([.. port.Select(listener => listener.Host)]))
            {
                faults.Add("Each listener must have a different port unless exactly one listener has an IPv4 address and the other IPv6 "
                    + $"address, listeners: {string.Join(",", Listeners)}, port: {port.Key}");
            }
        }

        static bool ArePair(string?[] hosts) => hosts is [{ } one, { } other] && IPAddress.TryParse(one, out var a)
            && IPAddress.TryParse(other, out var b) && a.AddressFamily != b.AddressFamily;
    }

    private static string Names(IEnumerable<Endpoint> listeners) => string.Join(",", listeners.Select(listener => listener.ListenerName));

    private bool IsController(Endpoint listener) => ControllerNames.Contains(listener.ListenerName);

    private bool Contains(string name) => Listeners.Any(listener => listener.ListenerName == name);
}
