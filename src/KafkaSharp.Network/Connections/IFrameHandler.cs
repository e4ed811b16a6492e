namespace KafkaSharp.Network.Connections;

/// <summary>
/// Handles the frames of connections. Called by the loop of each connection, one frame of a connection at a time, on any thread; different
/// connections run concurrently. It must not block and must not throw: an exception closes the connection.
/// </summary>
public interface IFrameHandler
{
    /// <summary>
    /// Handles a request. The memory of <paramref name="frame"/> (without the length prefix) may be changed in place and is valid until the
    /// first stage has finished (<see cref="FrameHandling.Dispatched"/>); a handler that needs it longer takes it over
    /// (<see cref="Connection.TakeFrame"/>).
    /// </summary>
    FrameHandling Handle(Connection connection, ReadOnlyMemory<byte> frame);

    /// <summary>Called once, before the first frame of a connection.</summary>
    void Opened(Connection connection)
    {
    }

    /// <summary>
    /// Called once, when every response of a connection was sent or dropped. The connection disposes later responses.
    /// </summary>
    void Closed(Connection connection)
    {
    }
}
