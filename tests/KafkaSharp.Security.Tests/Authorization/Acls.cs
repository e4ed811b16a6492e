using System.Net;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Security.Authorization;

namespace KafkaSharp.Security.Tests.Authorization;

/// <summary>An authorizer whose entries come and go as records of the metadata log.</summary>
internal sealed class Acls(bool allowEveryoneIfNoAclFound = false, params string[] superUsers)
{
    private readonly StandardAuthorizer _authorizer = new(superUsers.Select(Principal).ToHashSet(), allowEveryoneIfNoAclFound);
    private MetadataImage _image = MetadataImage.Empty;
    private int _count;

    public static KafkaPrincipal Principal(string text) =>
        KafkaPrincipal.TryParse(text, out var principal) ? principal : throw new ArgumentException(text);

    public Uuid Add(
        ResourceType type, PatternType pattern, string name, AclOperation operation, AclPermissionType permission = AclPermissionType.Allow,
        string principal = "User:a", string host = "*")
    {
        var id = new Uuid(1, ++_count);
        Replay(new AccessControlEntryRecord
        {
            Id = id, ResourceType = (sbyte)type, PatternType = (sbyte)pattern, ResourceName = name, Operation = (sbyte)operation,
            PermissionType = (sbyte)permission, Principal = principal, Host = host,
        });
        return id;
    }

    public void Remove(Uuid id) => Replay(new RemoveAccessControlEntryRecord { Id = id });

    public bool Allow(AclOperation operation, ResourceType type, string name, string principal = "User:a", string host = "10.0.0.1") =>
        _authorizer.IsAllowed(new(Principal(principal), IPAddress.Parse(host), operation, type, name));

    public bool AllowSome(AclOperation operation, ResourceType type, string principal = "User:a", string host = "10.0.0.1") =>
        _authorizer.IsAllowedForSome(new(Principal(principal), IPAddress.Parse(host), operation, type, ""));

    private void Replay(IRecordMessage message)
    {
        var delta = new MetadataDelta(_image);
        delta.Replay(new MetadataRecord(message, 0));
        _authorizer.OnMetadataUpdate(delta);
        _image = delta.Apply(new MetadataProvenance(_image.HighestOffset + 1, 0, 0));
    }
}
