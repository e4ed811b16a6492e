using System.Collections.Immutable;
using KafkaSharp.Protocol.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace KafkaSharp.Architecture.Tests;

/// <summary>
/// The source files of one project below <c>src</c>, compiled in memory, so that a test can find out which type a name refers to.
/// </summary>
/// <remarks>The message classes are generated as in the build. Log methods are not: nothing is called from them.</remarks>
internal sealed class SourceProject
{
    private const string GlobalUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    public static readonly CSharpParseOptions Parsing = new(LanguageVersion.CSharp14);

    private SourceProject(string name)
    {
        Name = name;
        var paths = Repository.Files($"src/{name}", "*.cs").Order(StringComparer.Ordinal).ToList();
        var trees = paths.Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(Repository.Absolute(path)), Parsing, path)).ToList();
        Files = trees;
        var options = new CSharpCompilationOptions(
            OutputKind.ConsoleApplication, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);
        Compilation compilation =
            CSharpCompilation.Create(name, trees.Append(CSharpSyntaxTree.ParseText(GlobalUsings, Parsing)), References(name), options);
        var schemas = Repository.Files($"src/{name}", "*.schema").Select(path => new SchemaText(path)).ToImmutableArray<AdditionalText>();
        if (!schemas.IsEmpty)
            CSharpGeneratorDriver.Create([new MessageGenerator().AsSourceGenerator()], schemas, Parsing)
                .RunGeneratorsAndUpdateCompilation(compilation, out compilation, out _);
        Compilation = compilation;
    }

    public static IReadOnlyDictionary<string, SourceProject> All { get; } =
        Repository.SourceProjects.Keys.ToDictionary(name => name, name => new SourceProject(name));

    public string Name { get; }

    /// <summary>The files as they are in the tree, without generated ones; their paths are relative to the root.</summary>
    public IReadOnlyList<SyntaxTree> Files { get; }

    public Compilation Compilation { get; }

    public IEnumerable<T> Nodes<T>()
        where T : SyntaxNode => Files.SelectMany(file => file.GetRoot().DescendantNodes().OfType<T>());

    /// <summary>Where a node is, for the message of a test: path and line.</summary>
    public static string Place(SyntaxNode node) =>
        $"{node.SyntaxTree.FilePath}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    // What this test process may load: the framework, the packages and our other projects, as they were built.
    private static IEnumerable<MetadataReference> References(string name) =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) != name)
            .Select(path => MetadataReference.CreateFromFile(path));

    private sealed class SchemaText(string path) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) =>
            SourceText.From(File.ReadAllText(Repository.Absolute(path)));
    }
}
