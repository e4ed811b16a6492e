using System.Globalization;
using System.Text;
using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Checkpoints;

/// <summary>
/// The file <c>meta.properties</c> of a log directory, which identifies its owner (Kafka's <c>MetaProperties</c>). Version 1 is written
/// (KRaft, KIP-631, KIP-858). Version 0, with a broker.id, can be read.
/// </summary>
public sealed record MetaProperties
{
    public const string Name = "meta.properties";

    public int Version { get; init; } = 1;

    /// <summary>The cluster id of 22 characters; null if the file has none, which version 0 allows.</summary>
    public string? ClusterId { get; init; }

    public int? NodeId { get; init; }

    /// <summary>The directory id (KIP-858); null in older files.</summary>
    public Uuid? DirectoryId { get; init; }

    /// <exception cref="InvalidDataException">A property is missing or malformed. The message names it.</exception>
    public static MetaProperties Parse(ReadOnlySpan<byte> bytes)
    {
        Dictionary<string, string> properties;
        try
        {
            properties = PropertiesFile.Parse(bytes);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"is not a properties file: {e.Message.TrimEnd('.')}", e);
        }
        var version = Int(properties, "version") ?? throw new InvalidDataException("has no version");
        if (version is not (0 or 1))
            throw new InvalidDataException($"has version {version}, which is not supported");
        var clusterId = properties.GetValueOrDefault("cluster.id");
        var nodeId = Int(properties, version == 0 ? "broker.id" : "node.id");
        if (version == 1 && clusterId is null)
            throw new InvalidDataException("has no cluster.id");
        if (version == 1 && nodeId is null)
            throw new InvalidDataException("has no node.id");
        Uuid? directoryId = null;
        if (properties.TryGetValue("directory.id", out var text))
        {
            directoryId = Uuid.TryParse(text, out var id)
                ? id
                : throw new InvalidDataException($"has the directory.id '{text}', which is not a UUID");
        }
        return new MetaProperties { Version = version, ClusterId = clusterId, NodeId = nodeId, DirectoryId = directoryId };
    }

    /// <summary>The text of the file in Kafka's order, with <paramref name="date"/> in the second line.</summary>
    public string Format(DateTimeOffset date)
    {
        List<KeyValuePair<string, string>> properties = [];
        if (NodeId is { } nodeId)
            properties.Add(new(Version == 0 ? "broker.id" : "node.id", nodeId.ToString(CultureInfo.InvariantCulture)));
        if (DirectoryId is { } directoryId)
            properties.Add(new("directory.id", directoryId.ToString()));
        properties.Add(new("version", Version.ToString(CultureInfo.InvariantCulture)));
        if (ClusterId is not null)
            properties.Add(new("cluster.id", ClusterId));
        return PropertiesFile.Format(properties, "", date);
    }

    /// <summary>The properties of a directory; null if it is not formatted.</summary>
    /// <exception cref="IOException">The file cannot be read or is malformed. The message names the file and the reason.</exception>
    public static MetaProperties? Read(IFileSystem files, string directory)
    {
        var path = Path.Combine(directory, Name);
        if (!files.FileExists(path))
            return null;
        try
        {
            return Parse(files.ReadAllBytes(path));
        }
        catch (InvalidDataException e)
        {
            throw new IOException($"The file {path} {e.Message}", e);
        }
    }

    public void Write(IFileSystem files, string directory, DateTimeOffset date) =>
        files.WriteAtomically(Path.Combine(directory, Name), Encoding.UTF8.GetBytes(Format(date)));

    private static int? Int(Dictionary<string, string> properties, string name)
    {
        if (!properties.TryGetValue(name, out var text))
            return null;
        return int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InvalidDataException($"has the {name} '{text}', which is not a number");
    }
}
