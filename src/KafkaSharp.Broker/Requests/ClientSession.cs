using System.Net;
using System.Text;
using KafkaSharp.Broker.Lanes;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Network.Connections;

namespace KafkaSharp.Broker.Requests;

/// <summary>
/// The known facts about the client of a connection: its principal and the software it named in ApiVersions. Bounded to less than 1 KB.
/// Changed only by the first stage of the connection's own requests, which run one after another.
/// </summary>
public sealed class ClientSession(Connection connection, RequestServices services)
{
    /// <summary>Longer names are not kept between requests.</summary>
    internal const int LongestKeptName = 256;
    private const string Unknown = "unknown";

    private byte[] _clientIdBytes = [];
    private string? _clientId;
    private LaneFlow? _flow;

    public Connection Connection { get; } = connection;

    public RequestServices Services { get; } = services;

    public IPAddress ClientAddress { get; } = connection.RemoteEndPoint.Address;

    /// <summary>The client library (KIP-511), "unknown" until ApiVersions v3 or later was received. Long names are truncated.</summary>
    public string ClientSoftwareName
    {
        get;
        set => field = Cut(value);
    } = Unknown;

    public string ClientSoftwareVersion
    {
        get;
        set => field = Cut(value);
    } = Unknown;

    public KafkaPrincipal Principal { get; set; } = KafkaPrincipal.Anonymous;

    /// <summary>
    /// False while a listener with SASL has not authenticated the client: only the APIs of authentication are served then.
    /// </summary>
    public bool IsAuthenticated { get; set; } = true;

    /// <summary>
    /// Until when, as a timestamp, the client must authenticate again (<c>connections.max.reauth.ms</c>); null for never.
    /// </summary>
    public long? ReauthenticateBy { get; set; }

    /// <summary>The connection's work on the lanes.</summary>
    internal LaneFlow Flow => _flow ?? Interlocked.CompareExchange(ref _flow, new LaneFlow(), null) ?? _flow;

    // Every request repeats the client id: the string is made once, unless it is so long that keeping it costs more.
    internal string InternClientId(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestKeptName)
            return Encoding.UTF8.GetString(utf8);
        if (_clientId is null || !utf8.SequenceEqual(_clientIdBytes))
        {
            _clientId = Encoding.UTF8.GetString(utf8);
            _clientIdBytes = utf8.ToArray();
        }
        return _clientId;
    }

    private static string Cut(string name) => name.Length <= LongestKeptName ? name : name[..LongestKeptName];
}
