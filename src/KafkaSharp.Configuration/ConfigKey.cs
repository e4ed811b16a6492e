using System.Globalization;

namespace KafkaSharp.Configuration;

/// <summary>The type of a configuration key, as DescribeConfigs reports it (Kafka's <c>ConfigDef.Type</c>).</summary>
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

/// <summary>Whether a broker key can be changed while the broker runs, for one broker or for the cluster.</summary>
public enum ConfigUpdateMode
{
    ReadOnly,
    PerBroker,
    ClusterWide,
}

/// <summary>
/// A configuration key: Kafka's name, type, default and documentation, declared once in the component that uses it (Kafka's
/// <c>ConfigKey</c>). Parsing, validation, DescribeConfigs and docs/configuration.md are based on these declarations. Immutable.
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

    /// <summary>The default as properties text, or null if the key has no default.</summary>
    public string? DefaultText { get; }

    public ConfigUpdateMode UpdateMode { get; }

    /// <summary>One sentence that says what the key does, with its unit.</summary>
    public string Documentation { get; }

    /// <summary>The allowed values as text, or null if every value of the type is allowed.</summary>
    public string? AllowedText { get; init; }

    /// <summary>Whether it is a key for tests and for Kafka's own use, which DescribeConfigs hides unless it is set.</summary>
    public bool IsInternal { get; init; }

    /// <summary>Parses and checks a value.</summary>
    /// <exception cref="ConfigException">
    /// The value is malformed or not allowed. The message names the key, the value and what is allowed.
    /// </exception>
    public abstract object? ParseObject(string text);

    /// <summary>Formats a value of this key as properties text.</summary>
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

/// <summary>A key with values of type <typeparamref name="T"/>. Created by the methods of <see cref="ConfigKeys"/>.</summary>
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

    /// <summary>The default. For a key without a default, null, or zero for a value type.</summary>
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

    /// <summary>
    /// A broker key with the type, default and validation of this topic config. It provides the default of the topic config.
    /// </summary>
    public ConfigKey<T> Synonym(string name, ConfigUpdateMode updateMode) =>
        new(name, Type, DefaultText, updateMode, $"The default of the topic config {Name}. {Documentation}", _parse, _ensureValid)
        {
            AllowedText = AllowedText,
        };

    // Like Java's String.trim: it removes all characters up to U+0020, and no other white space.
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
