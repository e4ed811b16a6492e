using System.Text.RegularExpressions;

namespace KafkaSharp.Architecture.Tests;

/// <summary>The files, folders and types that the documents name exist.</summary>
internal sealed partial class DocumentTests
{
    private static readonly string[] s_roots = ["src", "eng", "docs", "tests", "compat-tests"];

    // The types of the source, and those of the framework and of Kafka that the source names.
    private static readonly Lazy<HashSet<string>> s_identifiers = new(() =>
    [
        .. Repository.SourceFiles("src").Concat(Repository.SourceFiles("tests"))
            .SelectMany(path => Identifier().Matches(File.ReadAllText(Repository.Absolute(path)))).Select(match => match.Value),
    ]);

    // The change log names what no longer exists.
    public static IEnumerable<string> Documents =>
        Repository.Files(".", "*.md").Where(path => path != "CHANGELOG.md").Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Documents))]
    public void Relative_links_exist_in(string document)
    {
        var folder = Path.GetDirectoryName(document)!;
        var missing = Link().Matches(Text(document)).Select(match => match.Groups[1].Value.Split('#')[0])
            .Where(link => link.Length > 0 && !link.Contains(':') && !Exists(Path.Combine(folder, link)));
        Assert.That(missing, Is.Empty);
    }

    [TestCaseSource(nameof(Documents))]
    public void Paths_exist_in(string document)
    {
        // The first word of a command is its path. The reader replaces a part in angle brackets.
        var missing = Code(document).Select(code => code.Split(' ')[0].TrimEnd('/'))
            .Where(code => s_roots.Contains(code.Split('/')[0]) && code.Contains('/') && !code.Contains('<') && !Exists(code));
        Assert.That(missing, Is.Empty);
    }

    [TestCaseSource(nameof(Documents))]
    public void Source_files_exist_once_in(string document)
    {
        var sources = Repository.SourceFiles("src").ToList();
        var missing = Code(document).Where(code => SourceFile().IsMatch(code) && !s_roots.Contains(code.Split('/')[0]))
            .Where(code => sources.Count(path => path.EndsWith($"/{code}", StringComparison.Ordinal)
                || path == $"src/KafkaSharp.{code}") != 1);
        Assert.That(missing, Is.Empty);
    }

    [TestCase("docs/architecture.md")]
    [TestCase("docs/storage.md")]
    [TestCase("docs/decisions/0051-the-rows-of-the-group-state-machines.md")]
    [TestCase("CONTRIBUTING.md")]
    public void Types_exist_in(string document)
    {
        var missing = Code(document).Where(code => !SourceFile().IsMatch(code)).Select(code => TypeName().Match(code))
            .Where(match => match.Success).Select(match => match.Groups[1].Value)
            .Where(name => !s_identifiers.Value.Contains(name));
        Assert.That(missing, Is.Empty);
    }

    private static string Text(string document) => File.ReadAllText(Repository.Absolute(document));

    private static IEnumerable<string> Code(string document) => InlineCode().Matches(Text(document)).Select(match => match.Groups[1].Value);

    private static bool Exists(string path) => Path.Exists(Repository.Absolute(path));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^[A-Za-z/.]+\.cs$")]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"^([A-Z][a-z]+(?:[A-Z][a-z0-9]*)+)(?:<T>|\.\w+)?$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex Identifier();
}
