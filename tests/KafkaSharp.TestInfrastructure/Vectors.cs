using System.IO.Compression;
using NUnit.Framework;

namespace KafkaSharp.TestInfrastructure;

/// <summary>
/// Finds the golden data made by Apache Kafka 4.3.1: first the copy in <c>tests/vectors</c>, then the folder that <c>KAFKASHARP_VECTORS</c>
/// names, then <c>../shared/vectors</c> beside the repository. A test whose data is in none of them is skipped and says so.
/// </summary>
public static class Vectors
{
    /// <summary>The folder that holds <c>KafkaSharp.sln</c>.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The path of a vector file or folder, or null where it is absent.</summary>
    public static string? TryFind(string name)
    {
        string?[] folders =
        [
            Path.Combine(RepositoryRoot, "tests", "vectors"),
            Environment.GetEnvironmentVariable("KAFKASHARP_VECTORS"),
            SharedFolder("vectors"),
        ];
        return folders.Where(f => !string.IsNullOrEmpty(f)).Select(f => Path.Combine(f!, name)).FirstOrDefault(Path.Exists);
    }

    /// <summary>The path of a vector file or folder; where it is absent the test is skipped with a message that names it.</summary>
    public static string Find(string name)
    {
        var path = TryFind(name);
        if (path is null)
            Assert.Ignore($"vectors/{name} is neither in tests/vectors nor in KAFKASHARP_VECTORS nor in ../shared/vectors");
        return path!;
    }

    /// <summary>The lines of a gzip'd vector file, in order.</summary>
    public static IEnumerable<string> Lines(string name)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Find(name)), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    /// <summary>
    /// The launcher of the genuine broker's tools, or null: <c>KAFKASHARP_KAFKA_HOME</c>, then <c>../shared/peers/kafka</c>.
    /// </summary>
    public static string? TryFindKafkaRun()
    {
        var home = Environment.GetEnvironmentVariable("KAFKASHARP_KAFKA_HOME") ?? SharedFolder("peers/kafka");
        var path = Path.Combine(home, "bin", "kafka-run");
        return File.Exists(path) ? path : null;
    }

    private static string SharedFolder(string name) =>
        Path.Combine(Environment.GetEnvironmentVariable("KAFKASHARP_SHARED") ?? Path.Combine(RepositoryRoot, "..", "shared"), name);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "KafkaSharp.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("KafkaSharp.sln is in no folder above the tests");
    }
}
