namespace KafkaSharp.Metadata.Images;

/// <summary>
/// The entity of a client quota (Kafka's <c>ClientQuotaEntity</c>): a name for each of <c>user</c>, <c>client-id</c> and <c>ip</c> that is
/// part of the entity. A part with a null name is the default entity of its type. Equal by value.
/// </summary>
public readonly record struct ClientQuotaEntity(bool HasUser, string? User, bool HasClientId, string? ClientId, bool HasIp, string? Ip)
{
    public const string UserType = "user";
    public const string ClientIdType = "client-id";
    public const string IpType = "ip";

    /// <summary>The parts, ordered by the name of the type, as in records.</summary>
    public IEnumerable<(string Type, string? Name)> Parts()
    {
        if (HasClientId)
            yield return (ClientIdType, ClientId);
        if (HasIp)
            yield return (IpType, Ip);
        if (HasUser)
            yield return (UserType, User);
    }

    /// <summary>The entity with these parts; null if a type is unknown or repeated.</summary>
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
