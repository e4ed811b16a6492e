using System.Text;

namespace CheckedClients;

/// <summary>
/// What one process writes for another to read after its death, a line each: what is written survives the kill of its process. Not
/// thread-safe.
/// </summary>
internal sealed class LineFile(string path)
{
    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    public void Write(string line) => _file.Write(Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" ") + "\n"));

    /// <summary>All lines but what follows the last line end, which was being written when the process was killed.</summary>
    public static string[] Read(string path)
    {
        var text = File.ReadAllText(path);
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
