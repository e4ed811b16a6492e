using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace KafkaSharp.Protocol.Generator.Tests;

/// <summary>Runs the incremental generator over schema files given as text, and again after changes.</summary>
internal sealed class GeneratorRun
{
    private readonly Dictionary<string, AdditionalText> _files = [];
    private Compilation _compilation = CSharpCompilation.Create("Generated");
    private GeneratorDriver _driver = CSharpGeneratorDriver.Create(
        [new MessageGenerator().AsSourceGenerator()],
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    public GeneratorRun With(string path, string text)
    {
        var file = new SchemaText(path, text);
        _driver = _files.TryGetValue(path, out var old)
            ? _driver.ReplaceAdditionalText(old, file)
            : _driver.AddAdditionalTexts(ImmutableArray.Create<AdditionalText>(file));
        _files[path] = file;
        return this;
    }

    /// <summary>Adds source to the compilation. No step of the generator depends on it.</summary>
    public GeneratorRun WithSource(string text)
    {
        _compilation = _compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(text));
        return this;
    }

    public GeneratorRunResult Run()
    {
        _driver = _driver.RunGenerators(_compilation);
        return _driver.GetRunResult().Results.Single();
    }

    public static string Source(GeneratorRunResult result, string name) =>
        result.GeneratedSources.Single(s => s.HintName == name + ".g.cs").SourceText.ToString();

    private sealed class SchemaText(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }
}
