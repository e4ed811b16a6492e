using KafkaSharp.Broker.Configuration;

namespace KafkaSharp.Broker.Tests.Configuration;

[TestFixture]
internal sealed class BrokerConfigurationTests
{
    [Test]
    public void Without_a_file_it_is_one_node_for_development()
    {
        var configuration = BrokerConfiguration.Load(null);

        Assert.That(configuration.NodeId, Is.EqualTo(1));
        Assert.That(configuration.LogDirs, Is.EqualTo(new[] { Path.GetFullPath(BrokerConfiguration.DefaultDataFolder) }));
        Assert.That(configuration.MetadataLogDir, Is.EqualTo(configuration.LogDirs[0]));
        Assert.That(configuration.Listeners.Select(l => $"{l.ListenerName} {l.Host} {l.Port}"), Is.EqualTo(
            new[] { "PLAINTEXT 127.0.0.1 9092" }));
        Assert.That(configuration.AdvertisedListeners, Is.Empty);
        Assert.That(configuration.HasStaticVoters, Is.False);
        Assert.That(configuration.UnknownKeys.Concat(configuration.InactiveKeys), Is.Empty);
    }

    [Test]
    public void A_file_replaces_what_is_for_development_and_an_override_stands_over_it()
    {
        var configuration = BrokerConfiguration.Load(
            SingleNode(("num.partitions", "3")),
            new Dictionary<string, string> { ["num.partitions"] = "5", ["log.dirs"] = "/a,/b", ["metadata.log.dir"] = "/m" });

        Assert.That(configuration.Values.Given["num.partitions"], Is.EqualTo("5"));
        Assert.That(configuration.Values.Given.ContainsKey("group.initial.rebalance.delay.ms"), Is.False);
        Assert.That(configuration.LogDirs, Is.EqualTo(new[] { "/a", "/b" }));
        Assert.That(configuration.MetadataLogDir, Is.EqualTo("/m"));
    }

    [Test]
    public void A_separator_at_the_end_of_a_folder_says_nothing()
    {
        var configuration = BrokerConfiguration.Load(
            SingleNode(), new Dictionary<string, string> { ["log.dirs"] = "/a/,/b,/a", ["metadata.log.dir"] = "/b/" });

        Assert.That(configuration.LogDirs, Is.EqualTo(new[] { "/a", "/b" }));
        Assert.That(configuration.MetadataLogDir, Is.EqualTo("/b"));
    }

    [Test]
    public void The_listeners_of_a_single_node_are_divided_by_purpose()
    {
        var configuration = BrokerConfiguration.Load(SingleNode(("advertised.listeners", "PLAINTEXT://broker.example:19092")));

        Assert.That(configuration.Listeners.Select(l => l.ListenerName), Is.EqualTo(new[] { "PLAINTEXT", "CONTROLLER" }));
        Assert.That(configuration.ControllerListenerNames, Is.EqualTo(new[] { "CONTROLLER" }));
        Assert.That(configuration.AdvertisedListeners.Select(l => $"{l.Host}:{l.Port}"), Is.EqualTo(new[] { "broker.example:19092" }));
        Assert.That(configuration.HasStaticVoters);
    }

    [Test]
    public void The_former_name_of_the_node_id_still_counts()
    {
        var file = SingleNode(("broker.id", "1"));
        file.Remove("node.id");

        Assert.That(BrokerConfiguration.Load(file).NodeId, Is.EqualTo(1));
    }

    [Test]
    public void Keys_without_effect_are_listed_by_kind()
    {
        var configuration = BrokerConfiguration.Load(
            SingleNode(
                ("no.such.key", "1"), ("alter.config.policy.class.name", "org.apache.kafka.X"), ("early.start.listeners", "CONTROLLER")));

        Assert.That(configuration.UnknownKeys, Is.EqualTo(new[] { "no.such.key is no key of Kafka and has no effect" }));
        Assert.That(configuration.InactiveKeys, Is.EqualTo(new[] { "alter.config.policy.class.name", "early.start.listeners" }));
    }

    [TestCase("classic,consumer,streams", "group.coordinator.rebalance.protocols is deprecated and Kafka 5.0 removes it: remove it here")]
    [TestCase("classic,share", "group.coordinator.rebalance.protocols disables consumer and streams. It is deprecated and Kafka 5.0 "
        + "removes it: use the features group.version and streams.version instead")]
    public void A_key_that_Kafka_will_remove_has_a_notice(string protocols, string notice)
    {
        var configuration = BrokerConfiguration.Load(SingleNode(("group.coordinator.rebalance.protocols", protocols)));

        Assert.That(configuration.DeprecatedKeys, Is.EqualTo(new[] { notice }));
        Assert.That(BrokerConfiguration.Load(SingleNode()).DeprecatedKeys, Is.Empty);
    }

    [TestCase("process.roles", "broker", "process.roles is 'broker'")]
    [TestCase("process.roles", "", "process.roles")]
    [TestCase("process.roles", "king", "king for configuration process.roles")]
    [TestCase("process.roles", null, "Missing required configuration process.roles")]
    [TestCase("node.id", null, "Missing required configuration node.id")]
    [TestCase("node.id", "-1", "Invalid value -1 for configuration node.id: Value must be at least 0")]
    [TestCase("node.id", "2", "the node id 2 must be included in the set of voters controller.quorum.voters=1@127.0.0.1:9093")]
    [TestCase("controller.quorum.voters", "1@", "controller.quorum.voters")]
    [TestCase("controller.listener.names", "PLAINTEXT,CONTROLLER",
        "There must be at least one broker advertised listener. Perhaps all listeners appear in controller.listener.names?")]
    [TestCase("controller.listener.names", "OTHER", "security protocol")]
    [TestCase("listeners", "PLAINTEXT://127.0.0.1:9092", "must contain at least one value appearing in the 'listeners' configuration")]
    [TestCase("listeners", "PLAINTEXT://127.0.0.1:99999999,CONTROLLER://127.0.0.1:9093",
        "PLAINTEXT://127.0.0.1:99999999 has a port above 65535")]
    [TestCase("listeners", "SSL://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093", "No security protocol defined for listener CONTROLLER")]
    [TestCase("listeners", "", "listeners")]
    [TestCase("background.threads", "many", "Invalid value many for configuration background.threads: Not a number of type INT")]
    [TestCase("advertised.listeners", "STRAY://h:1", "STRAY")]
    [TestCase("inter.broker.listener.name", "STRAY",
        "inter.broker.listener.name must be a listener name defined in advertised.listeners. It is STRAY;")]
    [TestCase("listener.security.protocol.map", "PLAINTEXT", "listener.security.protocol.map")]
    [TestCase("max.connections.per.ip.overrides", "x", "max.connections.per.ip.overrides")]
    [TestCase("log.dirs", "", "Configuration 'log.dirs' must not be empty.")]
    [TestCase("log.dir", "", "Configuration 'log.dir' must not be empty.")]
    [TestCase("log.roll.ms", "0", "log.roll.ms must be greater than or equal to 1")]
    [TestCase("log.retention.ms", "0", "log.retention.ms must be unlimited (-1) or, greater than or equal to 1")]
    [TestCase("log.retention.minutes", "0", "log.retention.ms must be unlimited (-1) or, greater than or equal to 1")]
    [TestCase("broker.id", "2", "You must set `node.id` to the same value as `broker.id`.")]
    [TestCase("offsets.topic.compression.codec", "9", "Unknown compression type id: 9")]
    [TestCase("inter.broker.listener.name", "CONTROLLER",
        "inter.broker.listener.name must be a listener name defined in advertised.listeners.")]
    [TestCase("security.inter.broker.protocol", "SSL",
        "inter.broker.listener.name must be a listener name defined in advertised.listeners. It is SSL;")]
    [TestCase("early.start.listeners", "CONTROLLER,plaintext",
        "early.start.listeners contains listener plaintext, but this is not contained in listeners or controller.listener.names")]
    [TestCase("max.connections.per.ip.overrides", "127.0.0.1:1,[::1]:2",
        "max.connections.per.ip.overrides contains invalid addresses : [::1]")]
    [TestCase("log.cleaner.threads", "0", "log.cleaner.threads must be at least 1")]
    [TestCase("group.share.max.share.sessions", "199",
        "group.share.max.share.sessions must be greater than or equal to group.share.max.size")]
    [TestCase("listeners", "PLAINTEXT://127.0.0.1:9093,CONTROLLER://127.0.0.1:9093", "Each listener must have a different port unless")]
    [TestCase("listeners", "PLAINTEXT://127.0.0.1:9092,plaintext://127.0.0.1:9094,CONTROLLER://127.0.0.1:9093",
        "Each listener must have a different name, listeners:")]
    [TestCase("controller.listener.names", "CONTROLLER,X", "must only contain values appearing in the 'listeners' configuration")]
    [TestCase("log.cleaner.dedupe.buffer.size", "1048576", "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.")]
    [TestCase("replica.socket.timeout.ms", "400", "replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms")]
    [TestCase("replica.lag.time.max.ms", "400", "should always be less than or equal to replica.lag.time.max.ms")]
    [TestCase("max.connections.per.ip", "0", "max.connections.per.ip can be set to zero only if")]
    [TestCase("connections.max.idle.ms", "100", "should always be less than connections.max.idle.ms=100")]
    [TestCase("group.consumer.session.timeout.ms", "44999",
        "group.consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms")]
    [TestCase("group.share.assignors", "nope", "Class nope cannot be found")]
    [TestCase("group.coordinator.rebalance.protocols", "consumer", "Disabling the 'classic' protocol is not supported.")]
    [TestCase("cordoned.log.dirs", "/q", "All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : /q")]
    [TestCase("client.quota.callback.class", "no.such.Class", "Class no.such.Class could not be found.")]
    [TestCase("listener.name.plaintext.num.network.threads", "x", "Not a number of type INT")]
    public void A_fault_is_one_sentence_that_names_the_key(string key, string? value, string part)
    {
        var file = SingleNode();
        file.Remove(key);
        if (value is not null)
            file[key] = value;

        var fault = Assert.Throws<BrokerStartException>(() => BrokerConfiguration.Load(file))!;

        Assert.That(fault.Message, Does.Contain(part).And.Not.Contain("\n"));
    }

    // As Kafka 4.3.1: brokers use the listener named PLAINTEXT among themselves unless another one is named.
    [TestCase(null, null, "inter.broker.listener.name must be a listener name defined in advertised.listeners. It is PLAINTEXT;")]
    [TestCase("inside", null, null)]
    [TestCase("INSIDE", "PLAINTEXT", "Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.")]
    public void The_listener_of_the_brokers_themselves_is_one_of_the_advertised(string? name, string? protocol, string? fault)
    {
        var file = SingleNode(
            ("listeners", "INSIDE://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"),
            ("listener.security.protocol.map", "INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT"));
        if (name is not null)
            file["inter.broker.listener.name"] = name;
        if (protocol is not null)
            file["security.inter.broker.protocol"] = protocol;

        if (fault is null)
            Assert.That(BrokerConfiguration.Load(file).InterBrokerListenerName, Is.EqualTo("INSIDE"));
        else
            Assert.That(() => BrokerConfiguration.Load(file), Throws.TypeOf<BrokerStartException>().With.Message.StartsWith(fault));
    }

    [Test]
    public void All_faults_are_said_at_once()
    {
        var file = SingleNode(("num.partitions", "0"), ("fetch.max.bytes", "x"), ("listeners", "what"));
        file.Remove("node.id");

        var fault = Assert.Throws<BrokerStartException>(() => BrokerConfiguration.Load(file))!;

        Assert.That(fault.Message.Split('\n'), Has.Length.EqualTo(5));
        Assert.That(fault.Message, Does.StartWith("4 faults in the configuration:"));
        foreach (var key in new[] { "num.partitions", "fetch.max.bytes", "listeners", "node.id" })
            Assert.That(fault.Message, Does.Contain(key));
    }

    [TestCase("log.dirs", "/a,/a")]
    [TestCase("log.cleanup.policy", " delete , compact ,delete")]
    [TestCase("broker.id", "1")]
    [TestCase("log.retention.ms", "-5")]
    [TestCase("connections.max.idle.ms", "-1")]
    [TestCase("max.connections", "0")]
    [TestCase("listeners", "PLAINTEXT://127.0.0.1:9092,CONTROLLER://[::1]:9092")]
    [TestCase("listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0")]
    [TestCase("inter.broker.listener.name", "plaintext")]
    [TestCase("process.roles", "broker,broker,controller")]
    public void What_Kafka_accepts_is_accepted(string key, string value) =>
        Assert.That(() => BrokerConfiguration.Load(SingleNode((key, value))), Throws.Nothing);

    internal static Dictionary<string, string> SingleNode(params (string Key, string Value)[] more)
    {
        var properties = new Dictionary<string, string>
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = "1",
            ["listeners"] = "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093",
            ["controller.listener.names"] = "CONTROLLER",
            ["controller.quorum.voters"] = "1@127.0.0.1:9093",
            ["log.dirs"] = "/data",
        };
        foreach (var (key, value) in more)
            properties[key] = value;
        return properties;
    }
}
