using System.Net;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Security.Authorization;

/// <summary>
/// What one entry decides about a request for a resource that its pattern matches (Kafka's <c>StandardAcl</c> without the pattern).
/// Immutable.
/// </summary>
internal sealed class AccessControlEntry
{
    private const string Any = "*";
    private const string AnyPrincipal = "User:*";

    private readonly KafkaPrincipal? _principal;
    private readonly bool _isForAnyPrincipal;
    private readonly IPAddress? _host;
    private readonly bool _isForAnyHost;
    private readonly AclOperation _operation;

    public AccessControlEntry(AccessControlEntryRecord record)
    {
        Id = record.Id;
        Permission = (AclPermissionType)record.PermissionType;
        _operation = (AclOperation)record.Operation;
        _isForAnyPrincipal = record.Principal == AnyPrincipal;
        _principal = KafkaPrincipal.TryParse(record.Principal, out var principal) ? principal : null;
        _isForAnyHost = record.Host == Any;
        _host = JavaHost.TryParse(record.Host, out var host) ? host : null;
    }

    public Uuid Id { get; }

    public AclPermissionType Permission { get; }

    /// <summary>Whether the entry allows or denies the request; null when it is about something else.</summary>
    public AclPermissionType? Decide(in AuthorizationRequest request) =>
        IsFor(request) && (Names(request.Operation) || Implies(request.Operation)) ? Permission : null;

    /// <summary>The same for the operation itself: neither does an entry deny nor imply another one.</summary>
    public AclPermissionType? DecideExactly(in AuthorizationRequest request) =>
        IsFor(request) && Names(request.Operation) ? Permission : null;

    private bool IsFor(in AuthorizationRequest request) =>
        (_isForAnyPrincipal || request.Principal.Equals(_principal)) && (_isForAnyHost || IsHost(request.ClientAddress));

    private bool IsHost(IPAddress client) =>
        _host is not null && (client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client).Equals(_host);

    private bool Names(AclOperation operation) => _operation == AclOperation.All || _operation == operation;

    // Who may do something with a resource may know of it. The reverse does not hold: an entry denies what it names.
    private bool Implies(AclOperation operation) => Permission == AclPermissionType.Allow && operation switch
    {
        AclOperation.Describe => _operation is AclOperation.Read or AclOperation.Write or AclOperation.Delete or AclOperation.Alter,
        AclOperation.DescribeConfigs => _operation == AclOperation.AlterConfigs,
        _ => false,
    };
}
