using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Raft.Log;

/// <summary>Encodes and decodes the control batches of the metadata log and of snapshots. All their messages have version 0.</summary>
internal static class ControlBatch
{
    private const short Version = 0;

    public static byte[] Encode(IEnumerable<RaftControlRecord> records, long baseOffset, int epoch, long timestamp)
    {
        using var builder = new RecordBatchBuilder(
            new RecordBatchOptions { BaseOffset = baseOffset, PartitionLeaderEpoch = epoch, IsControlBatch = true });
        Span<byte> key = stackalloc byte[ControlRecords.KeySize];
        var value = new ArrayBufferWriter<byte>(256);
        foreach (var record in records)
        {
            value.ResetWrittenCount();
            Write(record.Message, value);
            ControlRecords.WriteKey(key, record.Type);
            builder.Append(timestamp, key, value.WrittenSpan);
        }
        return builder.Build().ToArray();
    }

    /// <summary>The control records of a batch with their offsets; records of an unknown type are skipped.</summary>
    public static List<(long Offset, RaftControlRecord Record)> Decode(RecordBatch batch)
    {
        var records = new List<(long, RaftControlRecord)>();
        using var reader = new RecordReader(batch);
        while (reader.MoveNext())
        {
            ref readonly var record = ref reader.Current;
            var type = ControlRecords.ParseType(record.Key);
            if (Read(type, record.Value.ToArray()) is { } message)
                records.Add((record.Offset, new RaftControlRecord(type, message)));
        }
        return records;
    }

    private static void Write(object message, ArrayBufferWriter<byte> sink)
    {
        var writer = new KafkaWriter(sink);
        switch (message)
        {
            case LeaderChangeMessage m: m.Write(ref writer, Version); break;
            case SnapshotHeaderRecord m: m.Write(ref writer, Version); break;
            case SnapshotFooterRecord m: m.Write(ref writer, Version); break;
            case KRaftVersionRecord m: m.Write(ref writer, Version); break;
            case VotersRecord m: m.Write(ref writer, Version); break;
            default: throw new ArgumentException($"{message.GetType().Name} is not a control record", nameof(message));
        }
        writer.Flush();
    }

    private static object? Read(ControlRecordType type, byte[] value)
    {
        var reader = new KafkaReader(value);
        return type switch
        {
            ControlRecordType.LeaderChange => LeaderChangeMessage.Read(ref reader, Version),
            ControlRecordType.SnapshotHeader => SnapshotHeaderRecord.Read(ref reader, Version),
            ControlRecordType.SnapshotFooter => SnapshotFooterRecord.Read(ref reader, Version),
            ControlRecordType.KRaftVersion => KRaftVersionRecord.Read(ref reader, Version),
            ControlRecordType.KRaftVoters => VotersRecord.Read(ref reader, Version),
            _ => null,
        };
    }
}
