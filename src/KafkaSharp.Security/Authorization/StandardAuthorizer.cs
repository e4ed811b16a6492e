using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Deltas;

namespace KafkaSharp.Security.Authorization;

/// <summary>
/// Decides by the access control entries of the metadata (Kafka's <c>StandardAuthorizer</c>): super users may do everything; an entry that
/// denies outweighs those that allow; without an entry for the resource <c>allow.everyone.if.no.acl.found</c> decides. Decisions are
/// thread-safe; <see cref="OnMetadataUpdate"/> is called by one thread, in the order of the metadata.
/// </summary>
/// <param name="superUsers">Those of <c>super.users</c>.</param>
/// <param name="allowEveryoneIfNoAclFound">The configuration key of that name.</param>
public sealed class StandardAuthorizer(IReadOnlySet<KafkaPrincipal> superUsers, bool allowEveryoneIfNoAclFound) : IAuthorizer
{
    /// <summary>Any name, to find out whether a principal may do everything (Kafka uses the same).</summary>
    private const string AnyName = "hardcode";

    private volatile AclIndex _entries = AclIndex.Empty;

    public bool AllowsEverything => false;

    /// <summary>The entries of the metadata change.</summary>
    public void OnMetadataUpdate(MetadataDelta delta)
    {
        if (delta.Acls is { } changes)
            _entries = _entries.With(changes, delta.Image.Acls.Entries);
    }

    public bool IsAllowed(in AuthorizationRequest request) =>
        superUsers.Contains(request.Principal) || _entries.Decide(request) switch
        {
            AclPermissionType.Allow => true,
            null => allowEveryoneIfNoAclFound,
            _ => false,
        };

    public bool IsAllowedForSome(in AuthorizationRequest request) =>
        IsAllowed(request with { ResourceName = AnyName }) || _entries.AllowsSome(request);
}
