using System.Text;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Checkpoints;

/// <summary>The file <c>partition.metadata</c> in the directory of a partition, with the id of the topic (KIP-516).</summary>
public static class PartitionMetadataFile
{
    public const string Name = "partition.metadata";

    public static string Format(Uuid topicId) => $"version: 0\ntopic_id: {topicId}";

    /// <exception cref="InvalidDataException">The text has another version or format.</exception>
    public static Uuid Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines is not ["version: 0", ['t', 'o', 'p', 'i', 'c', '_', 'i', 'd', ':', .. var id]]
            || !Uuid.TryParse(id.Trim(), out var topicId))
            throw new InvalidDataException($"has {text.Length} characters, which are not 'version: 0' and 'topic_id: ID' on two lines");
        return topicId.IsZero ? throw new InvalidDataException("has the invalid topic id zero") : topicId;
    }

    /// <summary>The topic id; null if the file does not exist, or has no content, or only zeros, after a power failure.</summary>
    /// <exception cref="IOException">The file cannot be read or is malformed.</exception>
    public static Uuid? Read(IFileSystem files, string directory)
    {
        var path = Path.Combine(directory, Name);
        if (!files.FileExists(path))
            return null;
        try
        {
            var bytes = files.ReadAllBytes(path);
            return bytes.AsSpan().ContainsAnyExcept((byte)0) ? Parse(Encoding.UTF8.GetString(bytes)) : null;
        }
        catch (InvalidDataException e)
        {
            throw new IOException($"The file {path} {e.Message}", e);
        }
    }

    /// <summary>Writes the file atomically. It is durable only after <see cref="Flush"/>.</summary>
    public static void Write(IFileSystem files, string directory, Uuid topicId)
    {
        var (path, temporary) = (Path.Combine(directory, Name), Path.Combine(directory, Name + ".tmp"));
        using (var file = files.OpenFile(temporary, StorageFileMode.Create))
            file.Write(0, Encoding.UTF8.GetBytes(Format(topicId)));
        files.Rename(temporary, path);
    }

    public static void Flush(IFileSystem files, string directory)
    {
        using (var file = files.OpenFile(Path.Combine(directory, Name), StorageFileMode.Open))
            file.Flush();
        files.FlushDirectory(directory);
    }
}
