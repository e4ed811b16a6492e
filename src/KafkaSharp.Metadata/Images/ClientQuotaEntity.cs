namespace KafkaSharp.Metadata.Images;

/// <summary>
/// Whom a client quota is for: for each of <c>user</c>, <c>client-id</c> and <c>ip</c> whether the entity names it, and the name; a part
/// that is there with a null name is the default of its type. Equal by value.
/// </summary>
public readonly record struct ClientQuotaEntity(bool HasUser, string? User, bool HasClientId, string? ClientId, bool HasIp, string? Ip)
{
    public const string UserType = "user";
    public const string ClientIdType = "client-id";
    public const string IpType = "ip";

    /// <summary>The parts as records list them, types in the order of their names.</summary>
    public IEnumerable<(string Type, string? Name)> Parts()
    {
        if (HasClientId)
            yield return (ClientIdType, ClientId);
        if (HasIp)
            yield return (IpType, Ip);
        if (HasUser)
            yield return (UserType, User);
    }

    /// <summary>Makes the entity of these parts, or null where a type is unknown or named twice.</summary>
    public static ClientQuotaEntity? FromParts(IEnumerable<(string Type, string? Name)> parts)
    {
        var entity = default(ClientQuotaEntity);
        foreach (var (type, name) in parts)
        {
            switch (type)
            {
                case UserType when !entity.HasUser:
                    entity = entity with { HasUser = true, User = name };
                    break;
                case ClientIdType when !entity.HasClientId:
                    entity = entity with { HasClientId = true, ClientId = name };
                    break;
                case IpType when !entity.HasIp:
                    entity = entity with { HasIp = true, Ip = name };
                    break;
                default:
                    return null;
            }
        }
        return entity == default ? null : entity;
    }
}
