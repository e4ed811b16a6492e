using KafkaSharp.Testing.Faults;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Testing;

/// <summary>How a <see cref="KafkaTestBroker"/> starts. The defaults serve most tests. Not thread-safe; read once at the start.</summary>
public sealed class KafkaTestBrokerOptions
{
    /// <summary>
    /// Broker configs by Kafka's names. They come before those of the test profile (no rebalance delay, internal topics of one partition).
    /// </summary>
    public IDictionary<string, string> Configuration { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Topics that exist when the start returns.</summary>
    public TestTopicCollection Topics { get; } = [];

    /// <summary>Records that the topics have from the start. A topic that is not among <see cref="Topics"/> is created.</summary>
    public TestRecordCollection Records { get; } = new();

    /// <summary>Faults that are in effect from the start.</summary>
    public FaultPlan? Faults { get; set; }

    /// <summary>The port; 0 for a free one, which the broker keeps over restarts.</summary>
    public int Port { get; set; }

    /// <summary>
    /// The host name or address that clients are to connect to. With one of another name than this machine alone has (127.0.0.1,
    /// localhost), the broker listens on all addresses: clients may be in containers or on other machines.
    /// </summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>
    /// The clock of the broker: of timestamps, session timeouts, retention and every other duration but one: requests that wait for
    /// records do so by the system's clock, as the client that asked for it expects. With the FakeTimeProvider of
    /// Microsoft.Extensions.TimeProvider.Testing, or a <see cref="Testing.Time.TestClock"/>, the test moves it.
    /// </summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>
    /// How many bytes of records and other files are kept in memory; what goes beyond is written to a temporary folder, which is deleted
    /// with the broker.
    /// </summary>
    public long MaxMemoryBytes { get; set; } = 128L << 20;

    /// <summary>
    /// A data directory of Kafka to start from, such as <see cref="KafkaTestBroker.SaveAsync"/> writes; null for an empty broker. The
    /// broker does not change it: it reads its files where they are, and keeps in memory what it writes (copy-on-write). So any number of
    /// brokers can start from one folder at once; it must stay as it is until they are disposed.
    /// </summary>
    public string? DataFolder { get; set; }

    /// <summary>The seed of everything random in the broker: ids, jitter.</summary>
    public int Seed { get; set; }

    /// <summary>
    /// Receives the broker's log, a line at a time, on any thread; null for none. For NUnit: <c>TestContext.Progress.WriteLine</c>.
    /// </summary>
    public Action<string>? Output { get; set; }

    /// <summary>Receives the broker's log instead of <see cref="Output"/>; null for none. The caller disposes it.</summary>
    public ILoggerFactory? Loggers { get; set; }

    /// <summary>The lowest level of the lines for <see cref="Output"/>.</summary>
    public LogLevel OutputLevel { get; set; } = LogLevel.Information;
}
