namespace KafkaSharp.Http;

/// <summary>A request as a handler sees it, whatever server received it. Immutable.</summary>
/// <param name="Method">The method, in capital letters.</param>
/// <param name="Path">The path as sent, without the query: still percent-encoded, since a segment may hold an encoded slash.</param>
/// <param name="Query">The decoded parameters of the query; the last of a name counts.</param>
/// <param name="Body">The body; empty without one.</param>
public sealed record HttpRequest(
    string Method, string Path, IReadOnlyDictionary<string, string> Query, ReadOnlyMemory<byte> Body)
{
    /// <summary>Divides a target such as <c>/topics/t?limit=1</c>.</summary>
    /// <exception cref="HttpException">It is not a path.</exception>
    public static HttpRequest Create(string method, string target, ReadOnlyMemory<byte> body)
    {
        if (!target.StartsWith('/'))
            throw new HttpException(400, $"The target of the request must be a path, but it is '{target}'");
        var at = target.IndexOf('?', StringComparison.Ordinal);
        return at < 0
            ? new HttpRequest(method, target, new Dictionary<string, string>(), body)
            : new HttpRequest(method, target[..at], ReadQuery(target[(at + 1)..]), body);
    }

    private static Dictionary<string, string> ReadQuery(string query)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = at < 0 ? (pair, "") : (pair[..at], pair[(at + 1)..]);
            read[Decode(name)] = Decode(value);
        }
        return read;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
