using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Server.DumpLog;

/// <summary>Prints the aborted transactions of an index (Kafka's <c>dumpTxnIndex</c>).</summary>
internal static class TransactionIndexDump
{
    public static void Print(string path, IDumpOutput output)
    {
        if (!LogFileNames.TryParseOffset(path, out var baseOffset))
            throw new DumpException($"The name of {path} is not an offset");
        using var index = new TransactionIndex(new PhysicalFileSystem(), path, baseOffset, exists: true);
        for (var i = 0; i < index.EntryCount; i++)
            output.AbortedTransaction(index.Entry(i));
    }
}
