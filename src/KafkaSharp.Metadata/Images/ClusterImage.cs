using System.Collections.Immutable;

namespace KafkaSharp.Metadata.Images;

/// <summary>The registered brokers and controllers, ordered by node id (Kafka's <c>ClusterImage</c>). Immutable.</summary>
public sealed class ClusterImage
{
    public static ClusterImage Empty { get; } =
        new(ImmutableSortedDictionary<int, BrokerRegistration>.Empty, ImmutableSortedDictionary<int, ControllerRegistration>.Empty);

    internal ClusterImage(
        ImmutableSortedDictionary<int, BrokerRegistration> brokers, ImmutableSortedDictionary<int, ControllerRegistration> controllers)
    {
        Brokers = brokers;
        Controllers = controllers;
    }

    public ImmutableSortedDictionary<int, BrokerRegistration> Brokers { get; }

    public ImmutableSortedDictionary<int, ControllerRegistration> Controllers { get; }

    public BrokerRegistration? Broker(int id) => Brokers.GetValueOrDefault(id);

    public bool ContainsBroker(int id) => Brokers.ContainsKey(id);

    /// <summary>The epoch of a registered broker, or -1.</summary>
    public long BrokerEpoch(int id) => Broker(id)?.Epoch ?? -1;

    /// <summary>The unfenced brokers with an endpoint of the listener. Metadata responses list these brokers.</summary>
    public IEnumerable<BrokerRegistration> AliveBrokers(string listenerName) =>
        Brokers.Values.Where(broker => !broker.Fenced && broker.Endpoint(listenerName) is not null);
}
