using System.Globalization;
using System.Text;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Checkpoints;

/// <summary>
/// The text form that Kafka's checkpoint files share: a line with the version, a line with the count, a line an entry. Replaced in one step and
/// durably (Kafka's <c>CheckpointFile</c>).
/// </summary>
static class CheckpointFile
{
    public const int Version = 0;

    /// <summary>Reads one entry from a line; false where it is malformed.</summary>
    public delegate bool LineParser<T>(ReadOnlySpan<char> line, out T entry);

    /// <summary>Writes one entry as a line without its end.</summary>
    public delegate void LineWriter<T>(StringBuilder text, T entry);

    public static string Format<T>(IReadOnlyCollection<T> entries, LineWriter<T> write)
    {
        var text = new StringBuilder(16 + (entries.Count * 32)).Append(Version).Append('\n').Append(entries.Count).Append('\n');
        foreach (var entry in entries)
        {
            write(text, entry);
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <exception cref="InvalidDataException">The text is not a checkpoint of this version with as many entries as it says.</exception>
    public static List<T> Parse<T>(string text, LineParser<T> parse)
    {
        // Kafka creates some of these files empty and fills them later.
        if (text.Length == 0)
            return [];
        var lines = text.AsSpan().EnumerateLines();
        if (!lines.MoveNext() || !TryParseInt(lines.Current, out var version) || version != Version)
            throw new InvalidDataException($"has version '{lines.Current}', expected {Version}");
        if (!lines.MoveNext() || !TryParseInt(lines.Current, out var count))
            throw new InvalidDataException("has no count of entries");
        var entries = new List<T>(Math.Min(count, text.Length));
        while (lines.MoveNext() && !lines.Current.IsEmpty)
        {
            if (!parse(lines.Current, out var entry))
                throw new InvalidDataException($"has a malformed line '{lines.Current}'");
            entries.Add(entry);
        }
        return entries.Count == count
            ? entries
            : throw new InvalidDataException($"says that it has {count} entries, and has {entries.Count}");
    }

    /// <summary>The entries of a file, or none where it is absent.</summary>
    /// <exception cref="IOException">The file can't be read or is malformed.</exception>
    public static List<T> Read<T>(IFileSystem files, string path, LineParser<T> parse)
    {
        if (!files.FileExists(path))
            return [];
        try
        {
            return Parse(Encoding.UTF8.GetString(files.ReadAllBytes(path)), parse);
        }
        catch (InvalidDataException e)
        {
            throw new IOException($"The checkpoint file {path} {e.Message}", e);
        }
    }

    public static void Write<T>(IFileSystem files, string path, IReadOnlyCollection<T> entries, LineWriter<T> write) =>
        files.WriteAtomically(path, Encoding.UTF8.GetBytes(Format(entries, write)));

    private static bool TryParseInt(ReadOnlySpan<char> text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
