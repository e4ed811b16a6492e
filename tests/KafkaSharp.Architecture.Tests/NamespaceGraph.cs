using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KafkaSharp.Architecture.Tests;

/// <summary>Which namespaces (folders) of a project refer to which others of it, and by which names.</summary>
internal sealed class NamespaceGraph
{
    private readonly SortedDictionary<string, SortedDictionary<string, SortedSet<string>>> _edges = new(StringComparer.Ordinal);

    public NamespaceGraph(SourceProject project)
    {
        var compilation = project.Compilation;
        foreach (var tree in project.Files)
        {
            if (tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault() is not { } declaration)
                continue;
            var model = compilation.GetSemanticModel(tree);
            foreach (var member in declaration.Members)
            {
                foreach (var node in member.DescendantNodes())
                    AddReference(compilation, model, declaration.Name.ToString(), node);
            }
        }
    }

    /// <summary>The sets of namespaces that refer to each other, each described with the references that make it a cycle.</summary>
    public IEnumerable<string> Cycles()
    {
        var reachable = _edges.Keys.ToDictionary(from => from, Reachable);
        return _edges.Keys.Where(from => reachable[from].Contains(from))
            .GroupBy(from => string.Join(", ", _edges.Keys.Where(to => reachable[from].Contains(to) && reachable[to].Contains(from))))
            .Select(cycle => $"{cycle.Key}:\n{string.Join('\n', cycle.SelectMany(from => Describe(from, cycle)))}");
    }

    private IEnumerable<string> Describe(string from, IEnumerable<string> cycle) =>
        _edges[from].Where(edge => cycle.Contains(edge.Key))
            .Select(edge =>
                $"    {from} -> {edge.Key}: " +
                $"{string.Join(", ", edge.Value.Take(5))}{(edge.Value.Count > 5 ? $" and {edge.Value.Count - 5} more" : "")}");

    private void AddReference(Compilation compilation, SemanticModel model, string from, SyntaxNode node)
    {
        var type = node switch
        {
            SimpleNameSyntax => TypeOf(model.GetSymbolInfo(node)),
            ImplicitObjectCreationExpressionSyntax => model.GetTypeInfo(node).Type,
            _ => null,
        };
        if (type is null || !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, compilation.Assembly))
            return;
        var to = type.ContainingNamespace.ToDisplayString();
        if (to == from)
            return;
        if (!_edges.TryGetValue(from, out var edges))
            _edges[from] = edges = new(StringComparer.Ordinal);
        if (!edges.TryGetValue(to, out var names))
            edges[to] = names = new(StringComparer.Ordinal);
        names.Add($"{type.Name} in {Path.GetFileName(node.SyntaxTree.FilePath)}");
    }

    private static INamedTypeSymbol? TypeOf(SymbolInfo info) => (info.Symbol ?? info.CandidateSymbols.FirstOrDefault()) switch
    {
        INamedTypeSymbol type => type.OriginalDefinition,
        ILocalSymbol or IParameterSymbol or null => null,
        var member => member.ContainingType?.OriginalDefinition,
    };

    private HashSet<string> Reachable(string from)
    {
        var found = new HashSet<string>();
        var left = new Stack<string>([from]);
        while (left.TryPop(out var next))
        {
            if (!_edges.TryGetValue(next, out var edges))
                continue;
            foreach (var to in edges.Keys)
            {
                if (found.Add(to))
                    left.Push(to);
            }
        }
        return found;
    }
}
