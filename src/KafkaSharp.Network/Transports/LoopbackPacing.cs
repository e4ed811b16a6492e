using System.Net.Sockets;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// Disables pacing of connections within this machine. A congestion control that paces (<c>bbr</c>) delays each segment of a response with
/// a timer, to protect the network. Over loopback there is no network, and the timers are a quarter of the cost of sending data that is
/// copied and two thirds if it is not. Linux's default, <c>cubic</c>, does not pace and is not changed.
/// </summary>
internal static class LoopbackPacing
{
    private const int TcpLevel = 6;
    private const int CongestionControl = 13;
    private const int LongestName = 16;

    /// <summary>
    /// Disables pacing for the connections that the socket will accept. Must be called before the socket listens, because pacing cannot be
    /// disabled once it has started. Returns the system's algorithm, for <see cref="Restore"/>; null if that does not pace or must not be
    /// changed, and nothing was changed.
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
            // Available on every Linux and allowed for every user. Without lost segments, as here, it behaves like cubic.
            listening.SetRawSocketOption(TcpLevel, CongestionControl, "reno"u8);
            return chosen;
        }
        catch (SocketException)
        {
            // The sandbox does not support the option.
            return null;
        }
    }

    /// <summary>Sets the system's algorithm on an accepted connection from another machine.</summary>
    /// <exception cref="SocketException">The connection is closed.</exception>
    public static void Restore(Socket accepted, byte[] chosen) => accepted.SetRawSocketOption(TcpLevel, CongestionControl, chosen);

    /// <summary>The name of a socket's congestion control.</summary>
    internal static byte[] Read(Socket socket)
    {
        var name = new byte[LongestName];
        var length = socket.GetRawSocketOption(TcpLevel, CongestionControl, name);
        return name.AsSpan(0, length).TrimEnd((byte)0).ToArray();
    }
}
