using System.Net;
using System.Text;
using KafkaSharp.Network.Connections;

namespace KafkaSharp.Broker.Requests;

/// <summary>
/// What a connection told about itself: the client software it named in ApiVersions, and who it is. Changed by the handlers of its own requests
/// only, which run one after another.
/// </summary>
public sealed class ClientSession(Connection connection)
{
    public const string AnonymousPrincipal = "User:ANONYMOUS";
    const string Unknown = "unknown";

    private byte[] _clientIdBytes = [];
    private string? _clientId;

    public Connection Connection { get; } = connection;

    public IPAddress ClientAddress { get; } = connection.RemoteEndPoint.Address;

    /// <summary>The client library (KIP-511), "unknown" until ApiVersions v3 or later came.</summary>
    public string ClientSoftwareName { get; set; } = Unknown;

    public string ClientSoftwareVersion { get; set; } = Unknown;

    /// <summary>Who the client is, as <c>Type:name</c>.</summary>
    public string Principal { get; set; } = AnonymousPrincipal;

    // Every request repeats the client id: the string is made once.
    internal string InternClientId(ReadOnlySpan<byte> utf8)
    {
        if (_clientId is null || !utf8.SequenceEqual(_clientIdBytes))
        {
            _clientId = Encoding.UTF8.GetString(utf8);
            _clientIdBytes = utf8.ToArray();
        }
        return _clientId;
    }
}
