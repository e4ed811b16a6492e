using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KafkaSharp.Security.Authorization;

/// <summary>
/// An address in the only form that Kafka compares entries with, Java's <c>InetAddress.getHostAddress</c>: IPv6 as eight groups without
/// leading zeros. An entry for <c>::1</c> never matches.
/// </summary>
internal static class JavaHost
{
    private const int GroupsOfIPv6 = 8;

    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && TextOf(address) == text;

    public static string TextOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        var bytes = address.GetAddressBytes();
        var groups = Enumerable.Range(0, GroupsOfIPv6)
            .Select(group => ((bytes[2 * group] << 8) | bytes[2 * group + 1]).ToString("x", CultureInfo.InvariantCulture));
        var scope = address.ScopeId == 0 ? "" : $"%{address.ScopeId}";
        return string.Join(':', groups) + scope;
    }
}
