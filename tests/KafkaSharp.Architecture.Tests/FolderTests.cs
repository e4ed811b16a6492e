namespace KafkaSharp.Architecture.Tests;

/// <summary>A namespace is the folder it is in, and the folders of a project refer to each other in one direction only.</summary>
internal sealed class FolderTests
{
    public static IEnumerable<string> Projects => Repository.SourceProjects.Keys.Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Projects))]
    public void No_cycle_between_the_folders_of(string project)
    {
        var cycles = string.Join("\n\n", new NamespaceGraph(SourceProject.All[project]).Cycles());
        Assert.That(cycles, Is.Empty);
    }

    [TestCase("src")]
    [TestCase("tests")]
    [TestCase("compat-tests")]
    public void Namespaces_equal_folders_in(string root)
    {
        var different = Repository.Files(root, "*.csproj").SelectMany(project =>
        {
            var folder = Path.GetDirectoryName(project)!;
            var name = Path.GetFileNameWithoutExtension(project);
            return Repository.Files(folder, "*.cs").Where(path => !IsExempt(path)).Select(path => (
                Path: path,
                Declared: File.ReadLines(Repository.Absolute(path))
                    .FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal)),
                Expected: $"namespace {Namespace(name, Path.GetRelativePath(folder, Path.GetDirectoryName(path)!))};"));
        }).Where(file => file.Declared != file.Expected)
            .Select(file => $"{file.Path}: {file.Declared ?? "none"}, expected {file.Expected}");
        Assert.That(different, Is.Empty);
    }

    [TestCaseSource(nameof(Projects))]
    public void Test_folders_mirror_the_folders_of(string project)
    {
        var tested = $"tests/{project}.Tests";
        // Test doubles, golden data, snapshots and simulations of many folders have no counterpart.
        var unknown = Repository.Folders(tested).Select(path => Path.GetRelativePath(tested, path))
            .Where(path => !Directory.Exists(Repository.Absolute($"src/{project}/{path}"))
                && Path.GetFileName(path) is not ("Harness" or "Vectors" or "Snapshots" or "Simulation"));
        Assert.That(unknown, Is.Empty);
    }

    private static string Namespace(string project, string folder) =>
        folder == "." ? project : $"{project}.{folder.Replace(Path.DirectorySeparatorChar, '.')}";

    // A top-level program has no namespace, a snapshot holds what is generated for another project, and an exception gives its reason in
    // the file.
    private static bool IsExempt(string path) =>
        Path.GetFileName(path) == "Program.cs" || path.EndsWith(".verified.cs", StringComparison.Ordinal)
        || File.ReadLines(Repository.Absolute(path))
            .Any(line => line.StartsWith("#pragma warning disable IDE0130 //", StringComparison.Ordinal));
}
