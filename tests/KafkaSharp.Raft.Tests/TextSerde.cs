using System.Buffers;
using System.Text;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Raft.Tests;

/// <summary>Serializes records that are strings.</summary>
internal sealed class TextSerde : IRecordSerde<string>
{
    public void Write(string record, IBufferWriter<byte> destination) => Encoding.UTF8.GetBytes(record, destination);

    public string Read(ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);
}
