namespace KafkaSharp.Metadata.Images;

/// <summary>
/// A resource with configurations (Kafka's <c>ConfigResource</c>). The broker resource with an empty name has the defaults of all brokers.
/// </summary>
public readonly record struct ConfigResource(ConfigResourceType Type, string Name)
{
    public static ConfigResource BrokerDefault => new(ConfigResourceType.Broker, "");

    public static ConfigResource Topic(string name) => new(ConfigResourceType.Topic, name);

    public static ConfigResource Broker(int id) =>
        new(ConfigResourceType.Broker, id.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static ConfigResource Group(string name) => new(ConfigResourceType.Group, name);

    /// <summary>The form in Kafka's messages: <c>ConfigResource(type=TOPIC, name='t')</c>.</summary>
    public override string ToString() => $"ConfigResource(type={TypeText}, name='{Name}')";

    private string TypeText => Type switch
    {
        ConfigResourceType.Topic => "TOPIC",
        ConfigResourceType.Broker => "BROKER",
        ConfigResourceType.BrokerLogger => "BROKER_LOGGER",
        ConfigResourceType.ClientMetrics => "CLIENT_METRICS",
        ConfigResourceType.Group => "GROUP",
        _ => "UNKNOWN",
    };
}
