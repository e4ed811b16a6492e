using System.Text.RegularExpressions;

namespace CompareRequests.Comparing;

/// <summary>Collects the results and writes each difference once, with the versions in which it occurs.</summary>
internal sealed partial class Report(Explanations explanations)
{
    private readonly Dictionary<string, SortedSet<int>> _found = new(StringComparer.Ordinal);
    private string _current = "nothing";

    public int Passed { get; private set; }

    public int Failed { get; private set; }

    /// <summary>The case that runs, for the message about a broker that ends.</summary>
    public string Current => _current;

    public void Starts(string api, int version, string description) => _current = $"{api} v{version}: {description}";

    /// <summary>True if a difference has no explanation.</summary>
    public bool Ends(string api, int version, string description, List<Difference> differences)
    {
        var unexplained = differences.Where(difference => !explanations.Explains(api, description, difference)).ToList();
        if (unexplained.Count == 0)
        {
            Passed++;
            return false;
        }
        Failed++;
        var key = Number().Replace($"{description}\n" + string.Concat(unexplained.Take(6).Select(Line)), "case#x");
        if (!_found.TryGetValue(key, out var versions))
            _found[key] = versions = [];
        versions.Add(version);
        return true;
    }

    /// <summary>Writes the differences found since the last call.</summary>
    public void Write(string api)
    {
        foreach (var (key, versions) in _found)
        {
            var lines = key.Split('\n');
            var range = versions.Min == versions.Max ? $"{versions.Min}" : $"{versions.Min}-{versions.Max}";
            if (versions.Max - versions.Min + 1 != versions.Count)
                range = string.Join(',', versions);
            Console.WriteLine($"not ok {api} v{range}: {lines[0]}");
            foreach (var line in lines.Skip(1).Where(line => line.Length > 0))
                Console.WriteLine("    " + line);
        }
        _found.Clear();
    }

    private static string Line(Difference difference) =>
        $"{difference.Path}: genuine {Short(difference.Genuine)}, ours {Short(difference.Ours)}\n";

    private static string Short(string text) => text.Length <= 260 ? text : text[..260] + "…";

    [GeneratedRegex(@"case\d+x")]
    private static partial Regex Number();
}
