using System.Text.RegularExpressions;

namespace CompareRequests.Comparing;

/// <summary>
/// The differences that are meant, from a file with one a line: API | case | place in the response | reason. * in the first three stands
/// for any text.
/// </summary>
internal sealed class Explanations
{
    private readonly List<Explanation> _list = [];

    public Explanations(string path)
    {
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var parts = line.Split(" | ", 4, StringSplitOptions.TrimEntries);
            if (parts.Length != 4)
                throw new InvalidDataException($"{path}: not four parts: {line}");
            _list.Add(new(line, Pattern(parts[0]), Pattern(parts[1]), Pattern(parts[2])));
        }
    }

    /// <summary>The lines about this API that no difference needed.</summary>
    public IEnumerable<string> Unused(IReadOnlyCollection<string> apis) =>
        _list.Where(item => !item.Used && apis.Any(item.Api.IsMatch)).Select(item => item.Line);

    public bool Explains(string api, string description, Difference difference)
    {
        var found = _list.Find(item => item.Api.IsMatch(api) && item.Case.IsMatch(description) && item.Place.IsMatch(difference.Path));
        if (found is not null)
            found.Used = true;
        return found is not null;
    }

    private static Regex Pattern(string text) => new("^" + Regex.Escape(text).Replace("\\*", ".*", StringComparison.Ordinal) + "$");

    private sealed record Explanation(string Line, Regex Api, Regex Case, Regex Place)
    {
        public bool Used { get; set; }
    }
}
