using System.Text;
using System.Text.Json;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Checkpoints;

/// <summary>
/// The file <c>.kafka_cleanshutdown</c> of a log directory (Kafka's <c>CleanShutdownFileHandler</c>). It means that the previous broker
/// shut down cleanly, so no recovery is needed, and contains its broker epoch (KIP-966). The file is deleted when it is read, so that it is
/// not found again after a crash.
/// </summary>
public static class CleanShutdownFile
{
    public const string Name = ".kafka_cleanshutdown";
    public const long UnknownBrokerEpoch = -1;

    public static string Format(long brokerEpoch) => $"{{\"version\":0,\"brokerEpoch\":{brokerEpoch}}}";

    /// <summary>The broker epoch in the text; -1 if there is none, as in the empty file of earlier versions.</summary>
    public static long Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("brokerEpoch", out var epoch) && epoch.TryGetInt64(out var value)
                    ? value
                    : UnknownBrokerEpoch;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return UnknownBrokerEpoch;
        }
    }

    /// <summary>Whether the file existed. It is deleted, and <paramref name="brokerEpoch"/> is the epoch in it.</summary>
    public static bool TryTake(IFileSystem files, string directory, out long brokerEpoch)
    {
        brokerEpoch = UnknownBrokerEpoch;
        var path = Path.Combine(directory, Name);
        if (!files.FileExists(path))
            return false;
        brokerEpoch = Parse(files.ReadAllBytes(path));
        files.DeleteFile(path);
        files.FlushDirectory(directory);
        return true;
    }

    public static void Write(IFileSystem files, string directory, long brokerEpoch) =>
        files.WriteAtomically(Path.Combine(directory, Name), Encoding.UTF8.GetBytes(Format(brokerEpoch)));
}
