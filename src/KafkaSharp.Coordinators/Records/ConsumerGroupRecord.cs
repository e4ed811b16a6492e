using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Records;

/// <summary>
/// A record of a consumer group (KIP-848), as the messages of its key and its value; without a value, the removal of what its key names.
/// </summary>
internal sealed class ConsumerGroupRecord(string group, IRecordMessage key, IRecordMessage? value) : GroupRecord
{
    /// <summary>Keys and values have this version only.</summary>
    private const short Version = 0;

    public string Group { get; } = group;

    public IRecordMessage Key { get; } = key;

    public IRecordMessage? Value { get; } = value;

    public override void WriteKey(IBufferWriter<byte> sink) => Write(sink, Key.Type, Key);

    public override bool WriteValue(IBufferWriter<byte> sink)
    {
        if (Value is null)
            return false;
        Write(sink, Version, Value);
        return true;
    }

    private static void Write(IBufferWriter<byte> sink, short prefix, IRecordMessage message)
    {
        var writer = new KafkaWriter(sink);
        writer.WriteInt16(prefix);
        message.Write(ref writer, Version);
        writer.Flush();
    }
}
