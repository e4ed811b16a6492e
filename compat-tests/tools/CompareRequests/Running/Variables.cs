using CompareRequests.Mutations;
using CompareRequests.Wire;

namespace CompareRequests.Running;

/// <summary>
/// The values that differ between brokers or cases. In a request, the text "@name" stands for the variable; "@name/2" for a second one of
/// its kind.
/// </summary>
internal sealed class Variables
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    public object? this[string name]
    {
        set => _values[name] = value;
    }

    public object? Resolve(object? value) => value switch
    {
        string text when text.StartsWith('@') => Get(text[1..]),
        List<object?> list => list.ConvertAll(Resolve),
        Dictionary<string, object?> fields => Resolve(fields),
        _ => value,
    };

    public Dictionary<string, object?> Resolve(Dictionary<string, object?> fields) =>
        fields.ToDictionary(field => field.Key, field => Resolve(field.Value), StringComparer.Ordinal);

    /// <summary>The name of the variable with this text as its value, or null.</summary>
    public string? NameOf(string text) =>
        _values.FirstOrDefault(variable => variable.Value is string value && value == text && IsGenerated(variable.Key)).Key;

    // The broker chose the value.
    private static bool IsGenerated(string name) =>
        name.Contains("Id", StringComparison.Ordinal) || name.StartsWith("member", StringComparison.Ordinal);

    private object? Get(string name)
    {
        if (name == "transactionRecords")
        {
            return _values["producerId"] is long id && _values["producerEpoch"] is long epoch
                ? BatchMutations.InTransaction(id, epoch) : null;
        }
        if (_values.TryGetValue(name, out var value) || !name.EndsWith("/2", StringComparison.Ordinal))
            return value;
        if (name.EndsWith("Id/2", StringComparison.Ordinal))
            return UuidText.Zero[..^2] + "Jg";
        return Get(name[..^2]) is string text ? text + "-2" : Get(name[..^2]);
    }
}
