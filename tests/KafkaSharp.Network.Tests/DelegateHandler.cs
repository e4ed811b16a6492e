using System.Buffers;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;

namespace KafkaSharp.Network.Tests;

/// <summary>A frame handler made of a delegate.</summary>
internal sealed class DelegateHandler(Func<Connection, ReadOnlyMemory<byte>, FrameHandling> handle) : IFrameHandler
{
    private int _opened;
    private int _closed;
    private int _frames;

    public int Opened => Volatile.Read(ref _opened);

    public int Closed => Volatile.Read(ref _closed);

    public int Frames => Volatile.Read(ref _frames);

    /// <summary>Responds to every frame with its own bytes.</summary>
    public static DelegateHandler Echo() => new((_, frame) => FrameHandling.Respond(FrameOf(frame.Span)));

    public static OutgoingFrame FrameOf(ReadOnlySpan<byte> bytes)
    {
        var frame = OutgoingFrame.Rent();
        frame.Write(bytes);
        return frame;
    }

    FrameHandling IFrameHandler.Handle(Connection connection, ReadOnlyMemory<byte> frame)
    {
        Interlocked.Increment(ref _frames);
        return handle(connection, frame);
    }

    void IFrameHandler.Opened(Connection connection) => Interlocked.Increment(ref _opened);

    void IFrameHandler.Closed(Connection connection) => Interlocked.Increment(ref _closed);
}
