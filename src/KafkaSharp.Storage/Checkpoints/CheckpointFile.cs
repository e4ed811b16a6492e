using System.Globalization;
using System.Text;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Checkpoints;

/// <summary>
/// The text format of Kafka's checkpoint files (Kafka's <c>CheckpointFile</c>): a line with the version, a line with the number of entries,
/// one line per entry. A file is replaced atomically and durably.
/// </summary>
internal static class CheckpointFile
{
    public const int Version = 0;

    /// <summary>Parses an entry. False if the line is malformed.</summary>
    public delegate bool LineParser<T>(ReadOnlySpan<char> line, out T entry);

    /// <summary>Writes an entry as a line, without the line end.</summary>
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

    /// <exception cref="InvalidDataException">
    /// The text is not a checkpoint of this version, or it does not have the stated number of entries.
    /// </exception>
    public static List<T> Parse<T>(string text, LineParser<T> parse)
    {
        // Kafka creates some of these files empty and writes them later.
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
            : throw new InvalidDataException($"states {count} entries, but has {entries.Count}");
    }

    /// <summary>The entries of a file; none if the file does not exist.</summary>
    /// <exception cref="IOException">The file cannot be read or is malformed.</exception>
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
