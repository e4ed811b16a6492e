using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Images;

/// <summary>The reserved directory ids of KIP-858 and what they mean for a replica.</summary>
public static class DirectoryId
{
    /// <summary>Not known (old records).</summary>
    public static Uuid Migrating => Uuid.Zero;

    /// <summary>The broker decides and tells.</summary>
    public static Uuid Unassigned => new(0, 1);

    /// <summary>In a directory that failed.</summary>
    public static Uuid Lost => new(0, 2);

    public static bool IsReserved(Uuid id) => id.MostSignificantBits == 0 && id.LeastSignificantBits is >= 0 and < 100;

    /// <summary>Whether a replica there can be led: the id is one of the on-line ones, or says that the broker has not told yet.</summary>
    public static bool IsOnline(Uuid id, IReadOnlyList<Uuid> onlineDirectories)
    {
        if (id == Unassigned || id == Migrating)
            return true;
        if (id == Lost)
            return false;
        // A broker of before KIP-858 tells no directories: all of its replicas count as on line.
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
