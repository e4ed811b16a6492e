using System.Xml.Linq;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Architecture.Tests;

/// <summary>The projects, source files and folders of the working tree, without what a build writes.</summary>
internal static class Repository
{
    public static string Root => Vectors.RepositoryRoot;

    public static string Absolute(string path) => Path.Combine(Root, path);

    /// <summary>The projects below <c>src</c> by name, each with the projects it references.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> SourceProjects { get; } =
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetFileNameWithoutExtension(path),
            path => (IReadOnlyList<string>)
            [
                .. XDocument.Load(path).Descendants("ProjectReference")
                    .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)),
            ]);

    /// <summary>Files of one kind under a folder of the tree, as paths relative to the root.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Folders(folder).Prepend(folder)
            .SelectMany(path => Directory.EnumerateFiles(Path.Combine(Root, path), pattern))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'));

    /// <summary>The C# files under a folder of the tree, without snapshots of generated ones.</summary>
    public static IEnumerable<string> SourceFiles(string folder) =>
        Files(folder, "*.cs").Where(path => !path.EndsWith(".verified.cs", StringComparison.Ordinal));

    /// <summary>All folders under a folder of the tree, as paths relative to the root.</summary>
    public static IEnumerable<string> Folders(string folder) =>
        Directory.EnumerateDirectories(Path.Combine(Root, folder))
            .Where(path => Path.GetFileName(path) is not ("bin" or "obj" or "artifacts" or "node_modules" or "TestResults"))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .SelectMany(path => Folders(path).Prepend(path));
}
