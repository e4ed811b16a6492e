using System.Globalization;
using CompareRequests.Mutations;
using CompareRequests.Wire;

namespace CompareRequests.Running;

/// <summary>
/// The values that differ between brokers or cases. In a request, the text "@name" stands for the variable; "@name/2" for a second one of
/// its kind; "@name+1" and "@name-1" for a number beside it.
/// </summary>
internal sealed class Variables
{
    private readonly Dictionary<string, object?> _values;

    public Variables()
        : this(new(StringComparer.Ordinal))
    {
    }

    private Variables(Dictionary<string, object?> values) => _values = values;

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

    public Variables Copy() => new(new(_values, StringComparer.Ordinal));

    public Dictionary<string, object?> Resolve(Dictionary<string, object?> fields) =>
        fields.ToDictionary(field => field.Key, field => Resolve(field.Value), StringComparer.Ordinal);

    /// <summary>The name of the variable with this text as its value, or null.</summary>
    public string? NameOf(string text) =>
        _values.FirstOrDefault(variable => variable.Value is string value && value == text && IsGenerated(variable.Key)).Key;

    /// <summary>The name of the variable with this number as its value, or null.</summary>
    public string? NameOf(long number) =>
        _values.FirstOrDefault(variable => variable.Value is long value && value == number && IsGenerated(variable.Key)).Key;

    // The broker chose the value.
    private static bool IsGenerated(string name) =>
        name.Contains("Id", StringComparison.Ordinal) || name.StartsWith("member", StringComparison.Ordinal);

    private object? Get(string name)
    {
        if (name.StartsWith(TransactionRecords.Name, StringComparison.Ordinal))
        {
            return _values["producerId"] is long id && _values["producerEpoch"] is long epoch
                ? TransactionRecords.Resolve(name, id, epoch) : null;
        }
        if (name.IndexOfAny(['+', '-']) is > 0 and var sign && _values.GetValueOrDefault(name[..sign]) is long number)
            return number + long.Parse(name[sign..], CultureInfo.InvariantCulture);
        if (_values.TryGetValue(name, out var value) || !name.EndsWith("/2", StringComparison.Ordinal))
            return value;
        if (name.EndsWith("Id/2", StringComparison.Ordinal))
            return UuidText.Zero[..^2] + "Jg";
        return Get(name[..^2]) is string text ? text + "-2" : Get(name[..^2]);
    }
}
