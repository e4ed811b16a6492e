using System.Text.RegularExpressions;

namespace CompareRequests.Comparing;

/// <summary>
/// Collects the results and writes each difference once, with the versions in which it occurs. May be used by several threads.
/// </summary>
internal sealed partial class Report(Explanations explanations)
{
    private readonly Dictionary<string, SortedSet<int>> _found = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Passed, int Failed)> _counts = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private volatile string _current = "nothing";

    public int Passed { get; private set; }

    public int Failed { get; private set; }

    /// <summary>The case that runs, for the message about a broker that ends.</summary>
    public string Current => _current;

    public void Starts(string api, int version, string description) => _current = $"{api} v{version}: {description}";

    /// <summary>True if a difference has no explanation.</summary>
    public bool Ends(string api, int version, string description, List<Difference> differences)
    {
        lock (_lock)
            return EndsAlone(api, version, description, differences);
    }

    /// <summary>Whether there are no differences, or only those that are meant.</summary>
    public bool Explains(string api, string description, List<Difference> differences)
    {
        lock (_lock)
            return differences.TrueForAll(difference => explanations.Explains(api, description, difference));
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

    /// <summary>Adds the cases of a plan to those of its API.</summary>
    public void Count(string api, int passed, int failed)
    {
        var before = _counts.GetValueOrDefault(api);
        _counts[api] = (before.Passed + passed, before.Failed + failed);
    }

    /// <summary>Writes the number of cases of each API.</summary>
    public void WriteCounts()
    {
        foreach (var (api, (passed, failed)) in _counts)
            Console.WriteLine($"{api}: {passed} passed, {failed} failed");
    }

    private bool EndsAlone(string api, int version, string description, List<Difference> differences)
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

    private static string Line(Difference difference) =>
        $"{difference.Path}: genuine {Short(difference.Genuine)}, ours {Short(difference.Ours)}\n";

    private static string Short(string text) => text.Length <= 260 ? text : text[..260] + "…";

    [GeneratedRegex(@"case\d+x")]
    private static partial Regex Number();
}
