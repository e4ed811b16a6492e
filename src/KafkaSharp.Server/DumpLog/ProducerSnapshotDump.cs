using KafkaSharp.Protocol.Records;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Server.DumpLog;

/// <summary>Prints the producers of a snapshot (Kafka's <c>dumpProducerIdSnapshot</c>).</summary>
internal static class ProducerSnapshotDump
{
    public static void Print(string path, TextWriter output)
    {
        foreach (var producer in ProducerSnapshotFile.Decode(File.ReadAllBytes(path)))
        {
            var first = producer.CurrentTransactionFirstOffset;
            output.Write(
                $"producerId: {producer.ProducerId} producerEpoch: {producer.ProducerEpoch} coordinatorEpoch: {producer.CoordinatorEpoch} "
                + $"currentTxnFirstOffset: {(first is null ? "OptionalLong.empty" : $"OptionalLong[{first}]")} "
                + $"lastTimestamp: {producer.LastTimestamp}");
            if (!producer.IsEmpty)
            {
                var firstSequence = RecordBatchHeader.DecrementSequence(producer.LastSequence, producer.LastOffsetDelta);
                output.Write(
                    $" firstSequence: {firstSequence} lastSequence: {producer.LastSequence} lastOffset: {producer.LastDataOffset} "
                    + $"offsetDelta: {producer.LastOffsetDelta} timestamp: {producer.LastTimestamp}");
            }
            output.WriteLine();
        }
    }
}
