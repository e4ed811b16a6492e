using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KafkaSharp.Architecture.Tests;

/// <summary>Small files, methods and constructors, and no folder for whatever has no place.</summary>
internal sealed class SourceTests
{
    private const int MostLinesOfFile = 500;
    private const int MostLinesOfMethod = 60;
    private const int MostParameters = 9;
    private static readonly string[] s_vagueNames = ["Common", "Core", "Utils", "Util", "Utilities", "Shared", "Helpers", "Helper", "Misc"];
    private static readonly string[] s_roots = ["src", "tests", "compat-tests", "eng"];

    [TestCase("src")]
    [TestCase("tests")]
    [TestCase("compat-tests")]
    public void No_source_file_is_too_long(string folder)
    {
        var tooLong = Repository.Files(folder, "*.cs")
            .Select(path => (Path: path, Lines: File.ReadLines(Repository.Absolute(path)).Count()))
            .Where(file => file.Lines > MostLinesOfFile)
            .Select(file => $"{file.Path}: {file.Lines} lines");
        Assert.That(tooLong, Is.Empty);
    }

    [Test]
    public void No_method_is_too_long()
    {
        var tooLong = SourceProject.All.Values.SelectMany(project => project.Nodes<BaseMethodDeclarationSyntax>())
            .Where(method => Lines((SyntaxNode?)method.Body ?? method.ExpressionBody) > MostLinesOfMethod)
            .Select(SourceProject.Place);
        Assert.That(tooLong, Is.Empty);
    }

    [Test]
    public void No_constructor_has_too_many_parameters()
    {
        var constructors = SourceProject.All.Values.SelectMany(project => project.Nodes<ParameterListSyntax>())
            .Where(list => list.Parent is ConstructorDeclarationSyntax or ClassDeclarationSyntax or StructDeclarationSyntax);
        Assert.That(constructors.Where(list => list.Parameters.Count > MostParameters).Select(SourceProject.Place), Is.Empty);
    }

    [Test]
    public void No_project_or_folder_has_a_vague_name()
    {
        var vague = s_roots.SelectMany(Repository.Folders)
            .Where(path => Path.GetFileName(path).Split('.').Any(part => s_vagueNames.Contains(part, StringComparer.OrdinalIgnoreCase)));
        Assert.That(vague, Is.Empty);
    }

    [Test]
    public void No_stub_is_left()
    {
        var stubs = Repository.Files("src", "*.cs")
            .Where(path => File.ReadLines(Repository.Absolute(path)).Any(line =>
                line.Contains("NotImplementedException", StringComparison.Ordinal) || line.Contains("// TODO", StringComparison.Ordinal)));
        Assert.That(stubs, Is.Empty);
    }

    private static int Lines(SyntaxNode? node) =>
        node?.GetLocation().GetLineSpan() is { } span ? span.EndLinePosition.Line - span.StartLinePosition.Line + 1 : 0;
}
