using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Protocol;
using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// The voters of <c>format --initial-controllers</c> (Kafka's <c>DynamicVoters</c>): a list of <c>id@host:port:directory</c>, with an IPv6
/// address in brackets.
/// </summary>
internal static class InitialVoters
{
    /// <param name="text">The list.</param>
    /// <param name="listenerName">The listener name of the addresses: the first of <c>controller.listener.names</c>.</param>
    /// <exception cref="BrokerStartException">An entry does not have that form. The message is Kafka's.</exception>
    public static VoterSet Parse(string text, string listenerName)
    {
        var voters = new List<RaftVoter>();
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var voter = ParseVoter(entry, listenerName);
            if (voters.Exists(other => other.Id == voter.Id))
                throw new BrokerStartException($"Node id {voter.Id} was specified more than once.");
            voters.Add(voter);
        }
        return voters.Count > 0 ? new VoterSet(voters) : throw new BrokerStartException("No voters given.");
    }

    private static RaftVoter ParseVoter(string text, string listenerName)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
            throw new BrokerStartException("No @ found in dynamic voter string.");
        if (at == 0)
            throw new BrokerStartException("Invalid @ at beginning of dynamic voter string.");
        if (!TryParse(text[..at], out var id))
            throw new BrokerStartException("Failed to parse node id in dynamic voter string.");
        if (id < 0)
            throw new BrokerStartException($"Invalid negative node id {id} in dynamic voter string.");
        var rest = text[(at + 1)..];
        if (rest.Length == 0)
            throw new BrokerStartException("No hostname found after node id.");
        var (host, afterHost) = SplitHost(rest);
        if (afterHost is not [':', .. var portAndDirectory])
            throw new BrokerStartException("Port section must start with a colon.");
        var colon = portAndDirectory.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            throw new BrokerStartException("No colon following port could be found.");
        if (!TryParse(portAndDirectory[..colon], out var port))
            throw new BrokerStartException("Failed to parse port in dynamic voter string.");
        if (port is < 0 or > ushort.MaxValue)
            throw new BrokerStartException($"Invalid port {port} in dynamic voter string.");
        return Uuid.TryParse(portAndDirectory[(colon + 1)..], out var directory)
            ? new RaftVoter(id, directory, [new RaftEndpoint(listenerName, AsJavaWrites(host), (ushort)port)])
            : throw new BrokerStartException("Failed to parse directory ID in dynamic voter string.");
    }

    private static (string Host, string AfterHost) SplitHost(string text)
    {
        if (text[0] == '[')
        {
            var bracket = text.IndexOf(']', StringComparison.Ordinal);
            return bracket >= 0
                ? (text[1..bracket], text[(bracket + 1)..])
                : throw new BrokerStartException("Hostname began with left bracket, but no right bracket was found.");
        }
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0
            ? (text[..colon], text[colon..])
            : throw new BrokerStartException("No colon following hostname could be found.");
    }

    // Kafka's tool resolves the host: an IPv6 address is written in full, and no host is the own one.
    private static string AsJavaWrites(string host)
    {
        if (host.Length == 0)
            return "localhost";
        if (!IPAddress.TryParse(host, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
            return host;
        var bytes = address.GetAddressBytes();
        return string.Join(':', Enumerable.Range(0, bytes.Length / 2).Select(i => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2 * i))
            .ToString("x", CultureInfo.InvariantCulture)));
    }

    private static bool TryParse(string text, out int number) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
