using System.Globalization;

namespace KafkaSharp.Configuration;

/// <summary>What kind of value a configuration key holds, as DescribeConfigs names it (Kafka's <c>ConfigDef.Type</c>).</summary>
public enum ConfigType
{
    Boolean,
    String,
    Int,
    Short,
    Long,
    Double,
    List,
    Class,
    Password,
}

/// <summary>Whether a broker key may change while the broker runs, and for which brokers at once.</summary>
public enum ConfigUpdateMode
{
    ReadOnly,
    PerBroker,
    ClusterWide,
}

/// <summary>
/// A configuration key: Kafka's name, type, default and meaning, declared once in the room that uses it. Parsing, validation,
/// DescribeConfigs and docs/configuration.md are made from these declarations.
/// </summary>
public abstract class ConfigKey
{
    private protected ConfigKey(string name, ConfigType type, string? defaultText, ConfigUpdateMode updateMode, string documentation)
    {
        Name = name;
        Type = type;
        DefaultText = defaultText;
        UpdateMode = updateMode;
        Documentation = documentation;
    }

    public string Name { get; }

    public ConfigType Type { get; }

    /// <summary>The default as properties text, or null where the key has none.</summary>
    public string? DefaultText { get; }

    public ConfigUpdateMode UpdateMode { get; }

    /// <summary>One sentence for people: what it does, with its unit.</summary>
    public string Documentation { get; }

    /// <summary>What is allowed, in words, or null where all values of the type are.</summary>
    public string? AllowedText { get; init; }

    /// <summary>Parses and checks a value.</summary>
    /// <exception cref="ConfigException">The value is not of the type or not allowed; the message names key, value and what is allowed.</exception>
    public abstract object? ParseObject(string text);

    /// <summary>A value of this key as properties text.</summary>
    public virtual string? Format(object? value) => value switch
    {
        null => null,
        bool b => b ? "true" : "false",
        double d => JavaNumber.Format(d),
        IReadOnlyList<string> list => string.Join(',', list),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}

/// <summary>A key whose values are of type <typeparamref name="T"/>. Made by the factories of <see cref="ConfigKeys"/>.</summary>
public sealed class ConfigKey<T> : ConfigKey
{
    private readonly Func<string, T> _parse;
    private readonly Action<string, T>? _ensureValid;

    internal ConfigKey(
        string name, ConfigType type, string? defaultText, ConfigUpdateMode updateMode, string documentation,
        Func<string, T> parse, Action<string, T>? ensureValid)
        : base(name, type, defaultText, updateMode, documentation)
    {
        _parse = parse;
        _ensureValid = ensureValid;
        Default = defaultText is null ? default! : Parse(defaultText);
    }

    /// <summary>The default; for a key without one, null (or zero for a value type).</summary>
    public T Default { get; }

    /// <inheritdoc cref="ConfigKey.ParseObject"/>
    public T Parse(string text)
    {
        T value;
        try
        {
            value = _parse(JavaTrim(text));
        }
        catch (FormatException e)
        {
            throw new ConfigException(Name, text, e.Message);
        }
        _ensureValid?.Invoke(Name, value);
        return value;
    }

    public override object? ParseObject(string text) => Parse(text);

    /// <summary>The same type, default and check under another name, as a broker key that gives a topic config its default.</summary>
    public ConfigKey<T> Synonym(string name, ConfigUpdateMode updateMode) =>
        new(name, Type, DefaultText, updateMode, $"The default of the topic config {Name}. {Documentation}", _parse, _ensureValid)
        {
            AllowedText = AllowedText,
        };

    // Java's trim takes every character up to and including the space, and no other white space.
    private static string JavaTrim(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && text[start] <= ' ')
            start++;
        while (end > start && text[end - 1] <= ' ')
            end--;
        return start == 0 && end == text.Length ? text : text[start..end];
    }
}
