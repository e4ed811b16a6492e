using System.Buffers;
using System.Reflection;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>Reads and writes a message by the name of its type.</summary>
internal sealed class MessageCodec(
    Type type, short lowest, short highest, Func<ReadOnlyMemory<byte>, short, (IMessage Message, int Read)> decode)
{
    private static readonly Dictionary<string, MessageCodec> s_codecs = [];

    public Type Type => type;
    public short LowestVersion => lowest;
    public short HighestVersion => highest;

    public static MessageCodec Of(string name)
    {
        lock (s_codecs)
        {
            if (!s_codecs.TryGetValue(name, out var codec))
            {
                var type = typeof(IMessage).Assembly.GetType($"KafkaSharp.Protocol.Messages.{name}", throwOnError: true)!;
                var create = typeof(MessageCodec).GetMethod(nameof(Create), BindingFlags.Static | BindingFlags.NonPublic)!;
                codec = (MessageCodec)create.MakeGenericMethod(type).Invoke(null, null)!;
                s_codecs[name] = codec;
            }
            return codec;
        }
    }

    /// <summary>The message and its size in bytes.</summary>
    public (IMessage Message, int Read) Decode(ReadOnlyMemory<byte> frame, short version) => decode(frame, version);

    public static byte[] Encode(IMessage message, short version)
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        message.Write(ref writer, version);
        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }

    private static MessageCodec Create<T>()
        where T : class, IMessage<T> =>
        new(typeof(T), T.LowestVersion, T.HighestVersion, (frame, version) =>
        {
            var reader = new KafkaReader(frame);
            var message = T.Read(ref reader, version);
            return (message, reader.Position);
        });
}
