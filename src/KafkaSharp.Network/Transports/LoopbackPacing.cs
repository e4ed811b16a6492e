using System.Net.Sockets;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// Disables pacing of connections within this machine. Where the system's congestion control is one that paces (<c>bbr</c>), it delays each segment of a
/// response with a timer, to spare a network that does not exist here: over loopback this is a quarter of the cost of a GB sent where it is copied, and
/// two thirds where it is not. Linux's default, <c>cubic</c>, does not pace and is left alone.
/// </summary>
static class LoopbackPacing
{
    const int TcpLevel = 6;
    const int CongestionControl = 13;
    const int LongestName = 16;

    /// <summary>
    /// To be called before the socket listens: what it accepts does not pace. A connection that has begun to pace can't be changed any more. Returns the
    /// system's choice, for <see cref="Restore"/>; null where that does not pace, or may not be changed, and nothing was changed.
    /// </summary>
    public static byte[]? Disable(Socket listening)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            var chosen = Read(listening);
            if (!chosen.AsSpan().StartsWith("bbr"u8))
                return null;
            // Part of every Linux, and allowed to every user. Where no segment is lost, as here, it does what cubic does.
            listening.SetRawSocketOption(TcpLevel, CongestionControl, "reno"u8);
            return chosen;
        }
        catch (SocketException)
        {
            // A sandbox with a network of its own.
            return null;
        }
    }

    /// <summary>Sets the system's choice on an accepted connection that leads into a network.</summary>
    /// <exception cref="SocketException">The connection is gone.</exception>
    public static void Restore(Socket accepted, byte[] chosen) => accepted.SetRawSocketOption(TcpLevel, CongestionControl, chosen);

    /// <summary>The name of a socket's congestion control.</summary>
    internal static byte[] Read(Socket socket)
    {
        var name = new byte[LongestName];
        var length = socket.GetRawSocketOption(TcpLevel, CongestionControl, name);
        return name.AsSpan(0, length).TrimEnd((byte)0).ToArray();
    }
}
