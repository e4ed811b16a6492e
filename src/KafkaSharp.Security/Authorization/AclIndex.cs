using System.Collections.Immutable;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Security.Authorization;

/// <summary>
/// The access control entries by the pattern of their resource (Kafka's <c>AclCache</c>). A look-up costs one search for the name, one for
/// <c>*</c> and one for each length that a prefix of the type has. Immutable; a change copies what it touches.
/// </summary>
internal sealed class AclIndex
{
    private const string Wildcard = "*";

    private readonly ImmutableDictionary<ResourceName, ImmutableArray<AccessControlEntry>> _entries;

    // How many prefixes there are of each length.
    private readonly ImmutableDictionary<ResourceType, ImmutableSortedDictionary<int, int>> _prefixLengths;

    private AclIndex(
        ImmutableDictionary<ResourceName, ImmutableArray<AccessControlEntry>> entries,
        ImmutableDictionary<ResourceType, ImmutableSortedDictionary<int, int>> prefixLengths)
    {
        _entries = entries;
        _prefixLengths = prefixLengths;
    }

    public static AclIndex Empty { get; } = new(
        ImmutableDictionary<ResourceName, ImmutableArray<AccessControlEntry>>.Empty,
        ImmutableDictionary<ResourceType, ImmutableSortedDictionary<int, int>>.Empty);

    /// <summary>The index after the changes.</summary>
    public AclIndex With(KeyedDelta<Uuid, AccessControlEntryRecord> changes, ImmutableDictionary<Uuid, AccessControlEntryRecord> before)
    {
        var entries = _entries.ToBuilder();
        var lengths = _prefixLengths;
        foreach (var (id, record) in changes.Changes)
        {
            if (before.TryGetValue(id, out var old))
                Remove(old);
            if (record is not null)
                Add(record);
        }
        return new AclIndex(entries.ToImmutable(), lengths);

        void Add(AccessControlEntryRecord record)
        {
            var name = NameOf(record);
            var entry = new AccessControlEntry(record);
            if (entries.TryGetValue(name, out var others))
            {
                entries[name] = others.Add(entry);
                return;
            }
            entries.Add(name, [entry]);
            Count(name, 1);
        }

        void Remove(AccessControlEntryRecord record)
        {
            var name = NameOf(record);
            var rest = entries[name].RemoveAll(entry => entry.Id == record.Id);
            if (rest.Length > 0)
            {
                entries[name] = rest;
                return;
            }
            entries.Remove(name);
            Count(name, -1);
        }

        void Count(ResourceName name, int change)
        {
            if (name.Pattern != PatternType.Prefixed)
                return;
            var ofType = lengths.GetValueOrDefault(name.Type, ImmutableSortedDictionary<int, int>.Empty);
            var count = ofType.GetValueOrDefault(name.Text.Length) + change;
            lengths = lengths.SetItem(
                name.Type, count == 0 ? ofType.Remove(name.Text.Length) : ofType.SetItem(name.Text.Length, count));
        }
    }

    /// <summary>
    /// What the entries of a resource say: deny if one denies, else allow if one allows, else unknown; null when the resource has none.
    /// </summary>
    public AclPermissionType? Decide(in AuthorizationRequest request)
    {
        var (type, name) = (request.ResourceType, request.ResourceName);
        AclPermissionType? decision = null;
        Add(new ResourceName(type, PatternType.Literal, name), request, ref decision);
        // As in Kafka, whose search for the wildcard passes over it for names that continue it.
        if (!name.StartsWith('*'))
            Add(new ResourceName(type, PatternType.Literal, Wildcard), request, ref decision);
        if (!_prefixLengths.TryGetValue(type, out var lengths))
            return decision;
        foreach (var (length, _) in lengths)
        {
            if (length > name.Length || decision == AclPermissionType.Deny)
                break;
            Add(new ResourceName(type, PatternType.Prefixed, name, length), request, ref decision);
        }
        return decision;
    }

    /// <summary>
    /// Whether there is any resource of the type for which entries allow the operation and none denies it (Kafka's
    /// <c>Authorizer.authorizeByResourceType</c>, which knows neither implied operations nor <c>allow.everyone.if.no.acl.found</c>).
    /// </summary>
    public bool AllowsSome(in AuthorizationRequest request)
    {
        var (allowed, denied) = (new List<ResourceName>(), new HashSet<ResourceName>());
        foreach (var (name, entries) in _entries)
        {
            if (name.Type != request.ResourceType)
                continue;
            foreach (var entry in entries)
            {
                var decision = entry.DecideExactly(request);
                if (decision == AclPermissionType.Allow)
                    allowed.Add(name);
                else if (decision == AclPermissionType.Deny)
                    denied.Add(name);
            }
        }
        var wildcard = new ResourceName(request.ResourceType, PatternType.Literal, Wildcard);
        return !denied.Contains(wildcard) && allowed.Exists(name => name.Equals(wildcard) || !IsDenied(name, denied));
    }

    private static bool IsDenied(ResourceName allowed, HashSet<ResourceName> denied)
    {
        if (allowed.Pattern == PatternType.Literal && denied.Contains(allowed))
            return true;
        for (var length = 1; length <= allowed.Text.Length; length++)
        {
            if (denied.Contains(allowed.Prefix(length)))
                return true;
        }
        return false;
    }

    private static ResourceName NameOf(AccessControlEntryRecord record) =>
        new((ResourceType)record.ResourceType, (PatternType)record.PatternType, record.ResourceName);

    private void Add(ResourceName name, in AuthorizationRequest request, ref AclPermissionType? decision)
    {
        if (decision == AclPermissionType.Deny || !_entries.TryGetValue(name, out var entries))
            return;
        decision ??= AclPermissionType.Unknown;
        foreach (var entry in entries)
        {
            if (entry.Decide(request) is not { } permission)
                continue;
            decision = permission;
            if (permission == AclPermissionType.Deny)
                return;
        }
    }
}
