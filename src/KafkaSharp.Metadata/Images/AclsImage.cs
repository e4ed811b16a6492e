using System.Collections.Immutable;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Images;

/// <summary>The access control entries by id. Immutable; the records in an image must not be modified.</summary>
public sealed class AclsImage
{
    public static AclsImage Empty { get; } = new(
        ImmutableDictionary<Uuid, AccessControlEntryRecord>.Empty.WithComparers(StoredIdComparer.Instance));

    internal AclsImage(ImmutableDictionary<Uuid, AccessControlEntryRecord> entries) => Entries = entries;

    public ImmutableDictionary<Uuid, AccessControlEntryRecord> Entries { get; }
}
