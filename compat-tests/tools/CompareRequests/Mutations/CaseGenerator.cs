using CompareRequests.Schemas;
using CompareRequests.Wire;
using KafkaSharp.Protocol.Generator.Schemas;

namespace CompareRequests.Mutations;

/// <summary>
/// All cases of a request in one version: the request itself, then each with one change. A field of an array's element is changed in the
/// only element and in one of two.
/// </summary>
internal sealed class CaseGenerator(MessageSchema message, int version, Dictionary<string, object?> original)
{
    private readonly List<Case> _cases = [new("unchanged", original)];

    public static List<Case> Generate(MessageSchema message, int version, Dictionary<string, object?> original)
    {
        var generator = new CaseGenerator(message, version, original);
        generator.Visit(message.Root, original, []);
        generator.Damage();
        return generator._cases;
    }

    private void Visit(StructSchema type, Dictionary<string, object?> fields, object[] path)
    {
        foreach (var field in type.Fields.Where(field => field.Versions.Has(version)))
        {
            var original = fields.GetValueOrDefault(field.Name);
            object[] at = [.. path, field.Name];
            foreach (var value in FieldMutations.Of(field, original))
                Add(at, value);
            if (!field.Type.IsArray && field.Type.IsStruct)
                Visit(Struct(field), original as Dictionary<string, object?> ?? [], at);
            else if (field.Type.IsArray && field.Type.IsStruct && original is List<object?> and [Dictionary<string, object?> first, ..])
                Visit(Struct(field), first, [.. at, 0]);
            else if (field.Type.IsArray && !field.Type.IsStruct)
                Elements(field, original as List<object?> ?? [], at);
        }
        if (message.FlexibleVersions.Has(version))
            Add([.. path, MessageWriter.ExtraTags], new Dictionary<string, object?> { ["9999"] = new byte[] { 1, 2, 3 } });
    }

    private StructSchema Struct(FieldSchema field) => message.Structs.First(type => type.Name == field.Type.Element);

    private void Elements(FieldSchema field, List<object?> original, object[] at)
    {
        foreach (var value in FieldMutations.Elements(field))
        {
            Add(at, new List<object?> { value });
            if (original.Count > 0)
                Add(at, new List<object?> { value, Values.Clone(original[0]) });
        }
    }

    private void Add(object[] path, object? value)
    {
        var description = Describe(path) + " = " + Values.Text(value);
        var request = Values.Clone(original);
        var (parent, array) = Follow(request, path);
        parent[(string)path[^1]] = value;
        _cases.Add(new(description, request));
        // The same beside a valid element with another name.
        if (array is null)
            return;
        request = Values.Clone(request);
        (_, array) = Follow(request, path);
        var (_, valid) = Follow(Values.Clone(original), path);
        array!.Add(Renamed(valid![0]));
        _cases.Add(new(description + ", beside a valid one", request));
    }

    // The struct that holds the last field of the path, and the array whose element it is.
    private static (Dictionary<string, object?> Parent, List<object?>? Array) Follow(Dictionary<string, object?> root, object[] path)
    {
        var parent = root;
        List<object?>? array = null;
        for (var i = 0; i < path.Length - 1; i++)
        {
            if (path[i + 1] is int index)
            {
                array = (List<object?>)parent[(string)path[i]]!;
                array.RemoveRange(1, array.Count - 1);
                parent = (Dictionary<string, object?>)array[index]!;
                i++;
                continue;
            }
            if (parent.GetValueOrDefault((string)path[i]) is not Dictionary<string, object?> child)
                parent[(string)path[i]] = child = new(StringComparer.Ordinal);
            parent = child;
            array = null;
        }
        return (parent, array);
    }

    private static object? Renamed(object? value) => value switch
    {
        string text when text.StartsWith('@') => text + "/2",
        List<object?> list => list.ConvertAll(Renamed),
        Dictionary<string, object?> fields =>
            fields.ToDictionary(field => field.Key, field => Renamed(field.Value), StringComparer.Ordinal),
        _ => value,
    };

    private static string Describe(object[] path) =>
        string.Concat(path.Select((step, i) => step is int index ? $"[{index}]" : (i == 0 ? "" : ".") + step));

    private void Damage()
    {
        _cases.Add(new("a byte after the body", original, body => [.. body, 0]));
        _cases.Add(new("the last byte of the body is missing", original, body => body[..Math.Max(0, body.Length - 1)]));
        _cases.Add(new("half of the body", original, body => body[..(body.Length / 2)]));
        _cases.Add(new("no body", original, _ => []));
    }
}
