namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>A line split into words, with its indentation depth (two spaces per level) and a read position.</summary>
internal sealed class SchemaLine
{
    private readonly string[] _words;
    private int _next;

    public SchemaLine(string text, int number)
    {
        Number = number;
        var content = text.TrimStart(' ');
        var blanks = text.Length - content.Length;
        if (blanks % 2 != 0)
            throw new SchemaException("a line must be indented by two spaces per level", number);
        Depth = blanks / 2;
        _words = content.Split([' '], StringSplitOptions.RemoveEmptyEntries);
    }

    public int Number { get; }

    public int Depth { get; }

    public bool AtEnd => _next == _words.Length;

    public string Next(string what) => AtEnd ? throw new SchemaException($"{what} is missing") : _words[_next++];

    public bool TryTake(string word)
    {
        if (AtEnd || _words[_next] != word)
            return false;
        _next++;
        return true;
    }

    public bool TryTakeVersions(out VersionRange range)
    {
        range = VersionRange.None;
        if (AtEnd || !VersionRange.TryParse(_words[_next], out range))
            return false;
        _next++;
        return true;
    }

    public VersionRange Versions() =>
        TryTakeVersions(out var range) ? range : throw new SchemaException("versions are missing (for example 2+, 0-4 or none)");

    public int Number32(string what) =>
        int.TryParse(Next(what), out var number) && number >= 0 ? number : throw new SchemaException($"{what} is not a number");

    public void End()
    {
        if (!AtEnd)
            throw new SchemaException($"'{_words[_next]}' is not expected here");
    }
}
