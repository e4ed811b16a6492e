namespace KafkaSharp.Network.Connections;

/// <summary>
/// What the floor above makes of frames. Called by the loop of each connection, one frame of a connection at a time, on any thread; connections
/// run beside each other. It answers and does not throw: an exception closes the connection.
/// </summary>
public interface IFrameHandler
{
    /// <summary>
    /// Takes a request. The memory of <paramref name="frame"/> (without the length prefix) is the handler's until this call returns, not until
    /// its answer is ready.
    /// </summary>
    FrameHandling Handle(Connection connection, ReadOnlyMemory<byte> frame);

    /// <summary>Told once, before the first frame of a connection.</summary>
    void Opened(Connection connection)
    {
    }

    /// <summary>Told once, when every answer of a connection has left or was dropped; one that is still worked on is disposed when it comes.</summary>
    void Closed(Connection connection)
    {
    }
}
