using System.Collections;

namespace KafkaSharp.Server.Commands;

/// <summary>
/// Broker configs from environment variables, as Apache Kafka's container image maps them: <c>KAFKA_LOG_RETENTION_MS</c> is
/// <c>log.retention.ms</c>, two underscores are one underscore, three are a hyphen.
/// </summary>
internal static class EnvironmentProperties
{
    private const string Prefix = "KAFKA_";

    // Variables with the prefix that are for the image's scripts or the JVM: its KafkaDockerWrapper leaves them out.
    private static readonly HashSet<string> s_others = new(StringComparer.Ordinal)
    {
        "KAFKA_VERSION",
        "KAFKA_HEAP_OPTS",
        "KAFKA_LOG4J_OPTS",
        "KAFKA_OPTS",
        "KAFKA_JMX_OPTS",
        "KAFKA_JVM_PERFORMANCE_OPTS",
        "KAFKA_GC_LOG_OPTS",
        "KAFKA_LOG4J_ROOT_LOGLEVEL",
        "KAFKA_LOG4J_LOGGERS",
        "KAFKA_TOOLS_LOG4J_LOGLEVEL",
        "KAFKA_JMX_HOSTNAME",
    };

    public static Dictionary<string, string> Read(IDictionary variables)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in variables)
        {
            var name = (string)variable.Key;
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && !s_others.Contains(name))
                properties[KeyOf(name)] = (string?)variable.Value ?? "";
        }
        return properties;
    }

    // In the order of the image: dots first, then three of them are a hyphen, and two an underscore.
    private static string KeyOf(string name) => name[Prefix.Length..].ToLowerInvariant()
        .Replace('_', '.')
        .Replace("...", "-", StringComparison.Ordinal)
        .Replace("..", "_", StringComparison.Ordinal);
}
