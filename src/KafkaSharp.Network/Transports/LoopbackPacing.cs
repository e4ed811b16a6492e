using System.Net.Sockets;

namespace KafkaSharp.Network.Transports;

/// <summary>
/// Frees connections within this machine from pacing. Where the system's congestion control is one that paces (<c>bbr</c>), it holds each segment of an
/// answer back with a timer, to spare a network that is not there: of what a GB out costs over loopback that is a quarter where it is copied, and two
/// thirds where it is not. Linux's default, <c>cubic</c>, does not pace and is left alone.
/// </summary>
static class LoopbackPacing
{
    const int TcpLevel = 6;
    const int CongestionControl = 13;
    const int LongestName = 16;

    /// <summary>
    /// To be called before the socket listens: what it accepts does not pace, since a connection that once began to can't be talked out of it. Gives
    /// the system's choice, for <see cref="PutBack"/>; null where that does not pace, or may not be changed, and all stays as it was.
    /// </summary>
    public static byte[]? TakeOff(Socket listening)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            var chosen = Read(listening);
            if (!chosen.AsSpan().StartsWith("bbr"u8))
                return null;
            // In every Linux, and allowed to everybody. Where nothing is lost on the way, as here, it does what cubic does.
            listening.SetRawSocketOption(TcpLevel, CongestionControl, "reno"u8);
            return chosen;
        }
        catch (SocketException)
        {
            // A sandbox with a network of its own.
            return null;
        }
    }

    /// <summary>Gives an accepted connection that does lead into a network what the system chose.</summary>
    /// <exception cref="SocketException">The connection is gone.</exception>
    public static void PutBack(Socket accepted, byte[] chosen) => accepted.SetRawSocketOption(TcpLevel, CongestionControl, chosen);

    /// <summary>The name of a socket's congestion control.</summary>
    internal static byte[] Read(Socket socket)
    {
        var name = new byte[LongestName];
        var length = socket.GetRawSocketOption(TcpLevel, CongestionControl, name);
        return name.AsSpan(0, length).TrimEnd((byte)0).ToArray();
    }
}
