using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Server.DumpLog;

/// <summary>Prints the producers of a snapshot (Kafka's <c>dumpProducerIdSnapshot</c>).</summary>
internal static class ProducerSnapshotDump
{
    public static void Print(string path, IDumpOutput output)
    {
        foreach (var producer in ProducerSnapshotFile.Decode(File.ReadAllBytes(path)))
            output.Producer(producer);
    }
}
