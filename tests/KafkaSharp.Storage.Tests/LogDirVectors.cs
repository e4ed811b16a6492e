using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests;

/// <summary>The genuine data directories of vectors/log-dirs: what their files hold, and the archives unpacked.</summary>
internal static class LogDirVectors
{
    public static readonly string[] SingleNode = ["stage1-uncleaned", "stage2-killed", "stage3-recovered"];

    public static readonly string[] All = [.. SingleNode, "cluster3-node1", "cluster3-node2", "cluster3-node3"];

    /// <summary>The described files of one directory whose name ends as asked.</summary>
    public static IEnumerable<JsonElement> Files(string stage, string nameEnd)
    {
        foreach (var line in Vectors.Lines($"log-dirs/{stage}.files.jsonl.gz"))
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.GetProperty("file").GetString()!.EndsWith(nameEnd, StringComparison.Ordinal))
                yield return json.RootElement.Clone();
        }
    }

    /// <summary>The texts of the files of all directories with this name, each with where it stands.</summary>
    public static IEnumerable<(string File, string Text)> Texts(string name) =>
        from stage in All
        from file in Files(stage, name)
        select ($"{stage}/{file.GetProperty("file")}", file.GetProperty("text").GetString()!);

    /// <summary>Unpacks an archive into a new folder, whose path is given.</summary>
    public static string Unpack(string stage)
    {
        using var archive = new GZipStream(File.OpenRead(Vectors.Find($"log-dirs/{stage}.tar.gz")), CompressionMode.Decompress);
        var folder = Directory.CreateTempSubdirectory("kafkasharp-logdirs-").FullName;
        TarFile.ExtractToDirectory(archive, folder, overwriteFiles: true);
        return folder;
    }
}
