namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>
/// Parses a schema file. A line without indentation starts a message (<c>api</c> with <c>request</c> and <c>response</c>; <c>record</c>,
/// <c>key</c>, <c>value</c>, <c>data</c>, <c>header</c>) or a <c>struct</c> that the fields of the preceding message share. Every other
/// line is a field; the lines indented below a field are the fields of its struct. The format is described in <c>Schemas/README.md</c> of
/// the Protocol project.
/// </summary>
internal sealed class SchemaParser
{
    private readonly List<SchemaLine> _lines = [];
    private readonly List<MessageSchema> _messages = [];
    private ApiSchema? _api;
    private VersionRange _flexible;
    private int _at;

    public static SchemaFile Parse(string path, string text)
    {
        var parser = new SchemaParser();
        try
        {
            parser.SplitLines(text);
            while (parser._at < parser._lines.Count)
                parser.ReadBlock();
            return new(parser._api, new(parser._messages), null);
        }
        catch (SchemaException fault)
        {
            var line = parser._at < parser._lines.Count ? parser._lines[parser._at].Number : parser._lines.LastOrDefault()?.Number ?? 0;
            return new(null, new([]), new(path, fault.Line ?? line, fault.Message));
        }
    }

    private void SplitLines(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var content = lines[i].TrimEnd();
            if (content.Length != 0 && content.TrimStart()[0] != '#')
                _lines.Add(new(content, i));
        }
    }

    private void ReadBlock()
    {
        var line = _lines[_at];
        if (line.Depth != 0)
            throw new SchemaException("a field is not inside a message");
        var word = line.Next("the kind of message");
        if (word == "api")
        {
            _api = ReadApi(line);
            _at++;
            return;
        }
        var (kind, log, key, name) = word switch
        {
            "request" => (MessageKind.Request, "", Api.Key, Api.Name + "Request"),
            "response" => (MessageKind.Response, "", Api.Key, Api.Name + "Response"),
            "data" => (MessageKind.Data, "", -1, line.Next("the name")),
            "header" => (MessageKind.Header, "", -1, line.Next("the name")),
            "record" => (MessageKind.Record, line.Next("the log"), line.Number32("the type"), line.Next("the name")),
            "key" => (MessageKind.Key, line.Next("the log"), line.Number32("the type"), line.Next("the name")),
            "value" => (MessageKind.Value, line.Next("the log"), line.Number32("the type"), line.Next("the name")),
            _ => throw new SchemaException($"'{word}' is not a kind of message"),
        };
        var ofApi = kind is MessageKind.Request or MessageKind.Response;
        var versions = ofApi ? Api.Versions : line.Versions();
        _flexible = ofApi ? Api.FlexibleVersions : Flexible(line);
        line.End();
        _at++;
        _messages.Add(new(kind, name, key, log, versions, _flexible, new(ReadStructs(name, versions))));
    }

    private ApiSchema Api => _api ?? throw new SchemaException("an api line must precede a request or response");

    private static ApiSchema ReadApi(SchemaLine line)
    {
        var key = line.Number32("the api key");
        var name = line.Next("the name");
        var versions = line.Versions();
        var flexible = versions.IsEmpty ? VersionRange.None : Flexible(line);
        var listeners = line.TryTake("on") ? line.Next("the listeners").Split(',') : [];
        var api = new ApiSchema(
            key, name, versions, flexible, new(listeners),
            line.TryTake("unstable"), line.TryTake("clusterAction"), line.TryTake("forwardable"));
        line.End();
        return api;
    }

    private static VersionRange Flexible(SchemaLine line) =>
        line.TryTake("flexible") ? line.Versions() : throw new SchemaException("'flexible' and its versions are missing");

    private List<StructSchema> ReadStructs(string name, VersionRange versions)
    {
        var structs = new List<StructSchema> { new(name, versions, default) };
        structs[0] = new(name, versions, new(ReadFields(1, versions, structs)));
        while (_at < _lines.Count && _lines[_at] is { Depth: 0 } line && line.TryTake("struct"))
        {
            var shared = line.Next("the name");
            var range = line.TryTakeVersions(out var own) ? own.Intersect(versions) : versions;
            line.End();
            _at++;
            structs.Add(new(shared, range, new(ReadFields(1, range, structs))));
        }
        foreach (var field in structs.SelectMany(s => s.Fields))
        {
            var named = structs.Count(s => s.Name == field.Type.Element);
            if (field.Type.IsStruct && named != 1)
                throw new SchemaException($"{name} must have one struct {field.Type.Element}, but it has {named}");
        }
        return structs;
    }

    private List<FieldSchema> ReadFields(int depth, VersionRange parent, List<StructSchema> structs)
    {
        var fields = new List<FieldSchema>();
        while (_at < _lines.Count && _lines[_at].Depth >= depth)
        {
            if (_lines[_at].Depth > depth)
                throw new SchemaException("the indentation skips a level");
            var field = ReadField(_lines[_at], parent);
            Check(field, fields);
            fields.Add(field);
            _at++;
            if (_at < _lines.Count && _lines[_at].Depth > depth)
            {
                if (!field.Type.IsStruct)
                    throw new SchemaException($"{field.Name} is not a struct");
                var versions = field.Versions.IsEmpty ? parent : field.Versions;
                structs.Add(new(field.Type.Element, versions, new(ReadFields(depth + 1, versions, structs))));
            }
        }
        return fields;
    }

    private static FieldSchema ReadField(SchemaLine line, VersionRange parent)
    {
        var name = line.Next("the name");
        var type = line.Next("the type");
        var nullable = type[type.Length - 1] == '?';
        type = type.TrimEnd('?');
        var isArray = type.StartsWith("[]", StringComparison.Ordinal);
        var versions = line.TryTakeVersions(out var own) ? own.Intersect(parent) : parent;
        var nullables = nullable ? versions : line.TryTake("null") ? line.Versions().Intersect(versions) : VersionRange.None;
        var tag = line.TryTake("tag") ? line.Number32("the tag") : -1;
        var neverFlexible = line.TryTake("flexible") && line.Versions().IsEmpty;
        var @default = line.TryTake("=") ? line.Next("the default") : null;
        var ignorable = line.TryTake("ignorable");
        line.End();
        return new(name, new(isArray ? type.Substring(2) : type, isArray), versions, nullables, tag, @default, ignorable, neverFlexible);
    }

    private void Check(FieldSchema field, List<FieldSchema> before)
    {
        if (before.Exists(f => f.Name == field.Name))
            throw new SchemaException($"{field.Name} is declared twice");
        if (field.IsTagged && before.Find(f => f.Tag == field.Tag) is { } other)
            throw new SchemaException($"{field.Name} has the same tag as {other.Name}");
        if (field.IsTagged && !_flexible.Covers(field.Versions))
            throw new SchemaException($"{field.Name} is tagged in a version that is not flexible");
        if (field.Default == "null" && !field.IsNullable)
            throw new SchemaException($"{field.Name} has the default null but is not nullable");
    }
}
