namespace KafkaSharp.Architecture.Tests;

/// <summary>Small rooms: files that fit in a head, and no drawer that takes whatever has no place.</summary>
sealed class SourceTests
{
    private const int MostLines = 500;
    private static readonly string[] s_drawers = ["Common", "Core", "Utils", "Util", "Utilities", "Shared", "Helpers", "Helper", "Misc"];
    private static readonly string[] s_roots = ["src", "tests", "compat-tests", "eng"];

    [TestCase("src")]
    [TestCase("tests")]
    [TestCase("compat-tests")]
    public void No_source_file_is_too_long(string folder)
    {
        var tooLong = Repository.Files(folder, "*.cs")
            .Select(path => (Path: path, Lines: File.ReadLines(Path.Combine(Repository.Root, path)).Count()))
            .Where(file => file.Lines > MostLines)
            .Select(file => $"{file.Path}: {file.Lines} lines");
        Assert.That(tooLong, Is.Empty);
    }

    [Test]
    public void No_project_or_folder_is_a_drawer()
    {
        var drawers = s_roots.SelectMany(Repository.Folders)
            .Where(path => Path.GetFileName(path).Split('.').Any(part => s_drawers.Contains(part, StringComparer.OrdinalIgnoreCase)));
        Assert.That(drawers, Is.Empty);
    }

    [Test]
    public void No_stub_is_left()
    {
        var stubs = Repository.Files("src", "*.cs")
            .Where(path => File.ReadLines(Path.Combine(Repository.Root, path)).Any(line =>
                line.Contains("NotImplementedException", StringComparison.Ordinal) || line.Contains("// TODO", StringComparison.Ordinal)));
        Assert.That(stubs, Is.Empty);
    }
}
