using System.Buffers;
using System.Text;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Runtime;

/// <summary>The record of the toy coordinator: a key with a value, or its removal.</summary>
internal sealed record KeyValueRecord(string Key, string? Value);

/// <summary>Keys begin with a type byte pair, so that a test can write one of an unknown type.</summary>
internal sealed class KeyValueSerde : ICoordinatorRecordSerde<KeyValueRecord>
{
    public const short KnownType = 1;

    public void WriteKey(KeyValueRecord record, IBufferWriter<byte> sink)
    {
        var writer = new KafkaWriter(sink);
        writer.WriteInt16(KnownType);
        writer.WriteString(record.Key, false);
        writer.Flush();
    }

    public bool WriteValue(KeyValueRecord record, IBufferWriter<byte> sink)
    {
        if (record.Value is null)
            return false;
        sink.Write(Encoding.UTF8.GetBytes(record.Value));
        return true;
    }

    public short Read(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value, out KeyValueRecord? record)
    {
        var reader = new KafkaReader(key);
        var type = reader.ReadInt16();
        record = type == KnownType
            ? new KeyValueRecord(reader.ReadString(false), value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null)
            : null;
        return type;
    }
}
