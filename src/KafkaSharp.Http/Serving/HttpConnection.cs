using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Http.Serving;

/// <summary>Serves the requests of one connection, one after another.</summary>
/// <param name="socket">The connection.</param>
/// <param name="handler">Serves a request.</param>
/// <param name="limits">What the client may cost.</param>
/// <param name="time">The clock of the limits.</param>
/// <param name="logger">Receives what fails in a handler.</param>
internal sealed class HttpConnection(
    Socket socket,
    Func<HttpRequest, CancellationToken, Task<HttpResponse>> handler,
    HttpLimits limits,
    TimeProvider time,
    ILogger logger)
{
    private const int PieceBytes = 64 << 10;

    private static readonly byte[] s_continue = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    private readonly HttpInput _input = new(socket, limits);

    /// <summary>Until the client or an error closes the connection. Does not fail.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (await ServeAsync(stopping))
            {
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone or was idle, or the server stops.
        }
    }

    /// <summary>Serves one request; whether another may follow.</summary>
    private async Task<bool> ServeAsync(CancellationToken stopping)
    {
        HttpHead? head;
        HttpRequest request;
        try
        {
            // A source of its own for each request: it ends with the arrival.
            using var idle = new CancellationTokenSource(limits.Idle, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, stopping);
            head = await _input.ReadHeadAsync(either.Token);
            if (head is null)
                return false;
            if (head.ExpectsContinue && head.ContentLength <= limits.BodyBytes)
                await SendAsync(s_continue, stopping);
            request = HttpRequest.Create(head.Method, head.Target, await _input.ReadBodyAsync(head, either.Token));
        }
        catch (HttpException e)
        {
            // Where the next request would begin is not known.
            await SendAsync(Encode(e.ToResponse(), closes: true, withBody: true), stopping);
            return false;
        }
        var response = head.IsOfWebPage
            ? HttpResponse.Problem(403, "Requests of web pages, with the header Origin, are refused: any page could change the broker")
            : await HandleAsync(request, stopping);
        await SendAsync(Encode(response, head.ClosesConnection, withBody: head.Method != "HEAD"), stopping);
        return !head.ClosesConnection;
    }

    private async Task<HttpResponse> HandleAsync(HttpRequest request, CancellationToken stopping)
    {
        try
        {
            return await handler(request, stopping);
        }
        catch (OperationCanceledException)
        {
            throw;
        }
#pragma warning disable CA1031 // A fault in one handler must not end the process; it is logged, and the client gets an error.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.HandlerFailed(request.Method, request.Path, e);
            return HttpResponse.Problem(500, $"{request.Method} {request.Path} failed: {e.Message}");
        }
    }

    private static ReadOnlyMemory<byte> Encode(HttpResponse response, bool closes, bool withBody)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {response.Status} {HttpResponse.ReasonOf(response.Status)}\r\n");
        if (response.ContentType is { } type)
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}\r\n");
        if (response.Status != 204)
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {response.Body.Length}\r\n");
        if (closes)
            head.Append("Connection: close\r\n");
        head.Append("\r\n");
        var encoded = new byte[head.Length + (withBody ? response.Body.Length : 0)];
        Encoding.Latin1.GetBytes(head.ToString(), encoded);
        if (withBody)
            response.Body.CopyTo(encoded.AsMemory(head.Length));
        return encoded;
    }

    /// <summary>
    /// Sends all bytes. A client that reads nothing for the idle time loses the connection: its response would stay in memory.
    /// </summary>
    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stopping)
    {
        while (bytes.Length > 0)
        {
            using var idle = new CancellationTokenSource(limits.Idle, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, stopping);
            // In pieces: a send ends only when all of it is in the buffers of the system.
            bytes = bytes[await socket.SendAsync(bytes[..Math.Min(bytes.Length, PieceBytes)], either.Token)..];
        }
    }
}
