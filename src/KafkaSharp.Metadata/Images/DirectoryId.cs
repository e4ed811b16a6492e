using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Images;

/// <summary>The reserved directory ids (KIP-858) and their meaning for a replica.</summary>
public static class DirectoryId
{
    /// <summary>The directory is unknown, because the record is of an old version.</summary>
    public static Uuid Migrating => Uuid.Zero;

    /// <summary>The broker has not yet chosen and reported a directory.</summary>
    public static Uuid Unassigned => new(0, 1);

    /// <summary>The directory has failed.</summary>
    public static Uuid Lost => new(0, 2);

    public static bool IsReserved(Uuid id) => id.MostSignificantBits == 0 && id.LeastSignificantBits is >= 0 and < 100;

    /// <summary>
    /// Whether a replica in the directory is online: the id is one of the online directories, or the broker has not reported one yet.
    /// </summary>
    public static bool IsOnline(Uuid id, IReadOnlyList<Uuid> onlineDirectories)
    {
        if (id == Unassigned || id == Migrating)
            return true;
        if (id == Lost)
            return false;
        // A broker without KIP-858 reports no directories. All its replicas count as online.
        if (onlineDirectories.Count == 0)
            return true;
        foreach (var online in onlineDirectories)
        {
            if (online == id)
                return true;
        }
        return false;
    }
}
