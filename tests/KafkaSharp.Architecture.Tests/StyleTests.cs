using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KafkaSharp.Architecture.Tests;

/// <summary>Members of one kind look alike everywhere, in tests too, which are built without the code style analyzers.</summary>
internal sealed class StyleTests
{
    private const int Width = 140;

    [TestCase("src")]
    [TestCase("tests")]
    [TestCase("compat-tests")]
    public void Lines_are_at_most_140_characters_wide_in(string root)
    {
        // A recorded frame, or a table of Kafka's, has no place to be broken at.
        var wide = Repository.SourceFiles(root).SelectMany(path => File.ReadLines(Repository.Absolute(path))
                .Select((line, index) => (Line: line, Place: $"{path}:{index + 1}")))
            .Where(line => line.Line.Length > Width && line.Line.Split(' ').All(word => word.Length < 70))
            .Select(line => $"{line.Place} has {line.Line.Length}");
        Assert.That(wide, Is.Empty);
    }

    [TestCase("src")]
    [TestCase("tests")]
    [TestCase("compat-tests")]
    public void Accessibility_is_written_in(string root)
    {
        var without = Repository.SourceFiles(root).SelectMany(path =>
                CSharpSyntaxTree.ParseText(File.ReadAllText(Repository.Absolute(path)), SourceProject.Parsing, path).GetRoot()
                    .DescendantNodes())
            .OfType<MemberDeclarationSyntax>()
            .Where(member => CanHaveAccessibility(member) && !member.Modifiers.Any(modifier => IsAccessibility(modifier.Kind())))
            .Select(SourceProject.Place);
        Assert.That(without, Is.Empty);
    }

    private static bool CanHaveAccessibility(MemberDeclarationSyntax member) => member switch
    {
        ExtensionBlockDeclarationSyntax => false,
        _ when member.Parent is InterfaceDeclarationSyntax => false,
        ConstructorDeclarationSyntax constructor => !constructor.Modifiers.Any(SyntaxKind.StaticKeyword),
        MethodDeclarationSyntax method => method.ExplicitInterfaceSpecifier is null,
        BasePropertyDeclarationSyntax property => property.ExplicitInterfaceSpecifier is null,
        BaseTypeDeclarationSyntax or BaseFieldDeclarationSyntax or DelegateDeclarationSyntax => true,
        _ => false,
    };

    private static bool IsAccessibility(SyntaxKind kind) => kind is SyntaxKind.PublicKeyword or SyntaxKind.InternalKeyword
        or SyntaxKind.ProtectedKeyword or SyntaxKind.PrivateKeyword or SyntaxKind.FileKeyword;
}
