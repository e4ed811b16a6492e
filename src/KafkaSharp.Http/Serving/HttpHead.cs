using System.Globalization;
using System.Text;

namespace KafkaSharp.Http.Serving;

/// <summary>The request line and the headers of a request of HTTP/1.1 (RFC 9112), as far as the server needs them. Immutable.</summary>
internal sealed class HttpHead
{
    private readonly bool _isHttp10;
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    private HttpHead(string method, string target, bool isHttp10)
    {
        Method = method;
        Target = target;
        _isHttp10 = isHttp10;
    }

    public string Method { get; }

    public string Target { get; }

    public bool IsChunked { get; private set; }

    /// <summary>The bytes of the body; 0 without one.</summary>
    public long ContentLength { get; private set; }

    public bool ExpectsContinue => Value("Expect").Equals("100-continue", StringComparison.OrdinalIgnoreCase);

    /// <summary>A page in a browser sent it.</summary>
    public bool IsOfWebPage => _headers.ContainsKey("Origin");

    public bool ClosesConnection => _isHttp10
        ? !Value("Connection").Contains("keep-alive", StringComparison.OrdinalIgnoreCase)
        : Value("Connection").Contains("close", StringComparison.OrdinalIgnoreCase);

    /// <param name="bytes">The lines up to the empty one.</param>
    /// <exception cref="HttpException">It is not a head of HTTP/1.1.</exception>
    public static HttpHead Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.Latin1.GetString(bytes).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var parts = lines.Length == 0 ? [] : lines[0].Split(' ');
        if (parts.Length != 3 || parts[0].Length == 0)
            throw new HttpException(400, "The request line must be METHOD TARGET HTTP/1.1");
        if (parts[2] is not ("HTTP/1.1" or "HTTP/1.0"))
            throw new HttpException(505, $"The version of the protocol must be HTTP/1.1, but it is '{parts[2]}'");
        var head = new HttpHead(parts[0], parts[1], parts[2] == "HTTP/1.0");
        foreach (var line in lines.AsSpan(1))
            head.Add(line);
        head.ReadFraming();
        return head;
    }

    private void Add(string line)
    {
        var at = line.IndexOf(':', StringComparison.Ordinal);
        if (at <= 0 || line[..at].AsSpan().ContainsAny(' ', '\t'))
            throw new HttpException(400, "A header must be NAME: VALUE");
        var (name, value) = (line[..at], line[(at + 1)..].Trim());
        // What says where a body ends must be there once: otherwise two readers could disagree.
        if (!_headers.TryAdd(name, value) && name.ToUpperInvariant() is ("CONTENT-LENGTH" or "TRANSFER-ENCODING"))
            throw new HttpException(400, $"The header {name} is there twice");
    }

    private void ReadFraming()
    {
        if (_headers.TryGetValue("Transfer-Encoding", out var encoding))
        {
            if (!encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
                throw new HttpException(501, $"The transfer encoding must be chunked, but it is '{encoding}'");
            if (_headers.ContainsKey("Content-Length"))
                throw new HttpException(400, "A request has a content length or a transfer encoding, not both");
            IsChunked = true;
        }
        else if (_headers.TryGetValue("Content-Length", out var length))
        {
            ContentLength = long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new HttpException(400, $"The content length must be a number, but it is '{length}'");
        }
    }

    private string Value(string name) => _headers.GetValueOrDefault(name, "");
}
