using CompareRequests.Schemas;

namespace CompareRequests.Comparing;

/// <summary>Collects the differences between the responses of both brokers to the requests of one case.</summary>
internal sealed class Differences
{
    private const string Absent = "(absent)";

    public List<Difference> List { get; } = [];

    public void Add(string prefix, Dictionary<string, object?> genuine, Dictionary<string, object?> ours) => Compare(prefix, genuine, ours);

    private void Compare(string path, object? genuine, object? ours)
    {
        switch (genuine, ours)
        {
            case (Dictionary<string, object?> left, Dictionary<string, object?> right)
                when left.ContainsKey(Running.Outcome.Field) == right.ContainsKey(Running.Outcome.Field):
                foreach (var name in left.Keys.Union(right.Keys))
                {
                    var inner = path.Length == 0 || path.EndsWith(' ') ? path + name : $"{path}.{name}";
                    var (hasLeft, hasRight) = (left.TryGetValue(name, out var one), right.TryGetValue(name, out var other));
                    if (hasLeft && hasRight)
                        Compare(inner, one, other);
                    else
                        List.Add(new(inner, hasLeft ? Values.Text(one) : Absent, hasRight ? Values.Text(other) : Absent));
                }
                break;
            case (List<object?> left, List<object?> right) when left.Count == right.Count:
                for (var i = 0; i < left.Count; i++)
                    Compare($"{path}[{i}]", left[i], right[i]);
                break;
            default:
                if (Values.Text(genuine) is var text && Values.Text(ours) is var own && text != own)
                    List.Add(new(path, text, own));
                break;
        }
    }
}
