using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace KafkaSharp.Http.Serving;

/// <summary>Reads the requests of a connection. For one reader.</summary>
internal sealed class HttpInput(Socket socket, HttpLimits limits)
{
    private const int LongestChunkLine = 128;

    private readonly byte[] _buffer = new byte[limits.HeadBytes];
    private int _start;
    private int _end;

    /// <summary>The next head; null when the client has closed the connection.</summary>
    /// <exception cref="HttpException">It is too large, or wrong.</exception>
    public async ValueTask<HttpHead?> ReadHeadAsync(CancellationToken cancellation)
    {
        var length = await FindAsync("\r\n\r\n"u8.ToArray(), _buffer.Length, cancellation);
        if (length < 0)
            return _end == _start ? null : throw new HttpException(400, "The request ends in its headers");
        var head = HttpHead.Parse(_buffer.AsSpan(_start, length));
        _start += length + 4;
        return head;
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(HttpHead head, CancellationToken cancellation)
    {
        if (head.IsChunked)
            return await ReadChunksAsync(cancellation);
        if (head.ContentLength > limits.BodyBytes)
            throw TooLarge();
        var body = new byte[head.ContentLength];
        await FillAsync(body, cancellation);
        return body;
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadChunksAsync(CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var line = await ReadLineAsync(cancellation);
            var digits = line.Split(';')[0].Trim();
            if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) || size < 0)
                throw new HttpException(400, "The size of a chunk must be a hexadecimal number");
            if (body.Length + size > limits.BodyBytes)
                throw TooLarge();
            if (size == 0)
                break;
            var chunk = new byte[size + 2];
            await FillAsync(chunk, cancellation);
            body.Write(chunk, 0, size);
        }
        // Trailers have no meaning here.
        for (var left = limits.HeadBytes; await ReadLineAsync(cancellation) is { Length: > 0 } trailer;)
        {
            if ((left -= trailer.Length) < 0)
                throw new HttpException(431, "The trailers are too large");
        }
        return body.ToArray();
    }

    private async ValueTask<string> ReadLineAsync(CancellationToken cancellation)
    {
        var length = await FindAsync("\r\n"u8.ToArray(), LongestChunkLine, cancellation);
        if (length < 0)
            throw new HttpException(400, "The request ends in its body");
        var line = Encoding.Latin1.GetString(_buffer, _start, length);
        _start += length + 2;
        return line;
    }

    private async ValueTask FillAsync(Memory<byte> target, CancellationToken cancellation)
    {
        var buffered = Math.Min(target.Length, _end - _start);
        _buffer.AsMemory(_start, buffered).CopyTo(target);
        _start += buffered;
        for (var rest = target[buffered..]; rest.Length > 0;)
        {
            var received = await socket.ReceiveAsync(rest, cancellation);
            if (received == 0)
                throw new HttpException(400, "The request ends in its body");
            rest = rest[received..];
        }
    }

    // The length of what stands before the text; -1 where the client stops before it.
    private async ValueTask<int> FindAsync(byte[] text, int within, CancellationToken cancellation)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf(text);
            if (length >= 0)
                return length;
            if (_end - _start >= within)
                throw new HttpException(431, $"The headers of a request, or a line of its body, must fit into {within} bytes");
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }
            var received = await socket.ReceiveAsync(_buffer.AsMemory(_end), cancellation);
            if (received == 0)
                return -1;
            _end += received;
        }
    }

    private HttpException TooLarge() => new(413, $"The body of a request may have {limits.BodyBytes} bytes");
}
