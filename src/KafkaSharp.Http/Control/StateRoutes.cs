using System.Reflection;
using KafkaSharp.Http.Routing;
using KafkaSharp.Testing;

namespace KafkaSharp.Http.Control;

/// <summary>The broker as a whole: health, reset, restart, saving its state.</summary>
internal sealed class StateRoutes(KafkaTestBroker kafka) : IDisposable
{
    // Stops and starts are for one caller at a time.
    private readonly SemaphoreSlim _turn = new(1);

    public IEnumerable<Route> All =>
    [
        new("GET", "/health", (_, _, _) => Task.FromResult(Health())),
        new("POST", "/reset", (_, _, cancellation) => AloneAsync(kafka.ResetAsync, cancellation)),
        new("POST", "/restart", (_, _, cancellation) => AloneAsync(kafka.RestartAsync, cancellation)),
        new("POST", "/crash", (_, _, cancellation) => AloneAsync(CrashAsync, cancellation)),
        new("POST", "/save", SaveAsync),
        new("POST", "/connections/close", (_, _, _) => Task.FromResult(CloseConnections())),
    ];

    public void Dispose() => _turn.Dispose();

    private HttpResponse Health()
    {
        return HttpResponse.Json(
            writer =>
            {
                writer.WriteString("status", kafka.IsRunning ? "up" : "down");
                writer.WriteString("bootstrapServers", kafka.BootstrapServers);
                writer.WriteNumber("connections", kafka.Connections.Count);
                writer.WriteString("version", VersionOf(typeof(StateRoutes).Assembly));
            },
            kafka.IsRunning ? 200 : 503);
    }

    private async Task CrashAsync(CancellationToken cancellation)
    {
        await kafka.CrashAsync();
        await kafka.StartAgainAsync(cancellation);
    }

    private static string VersionOf(Assembly assembly) => assembly.GetName().Version!.ToString(3);

    private Task<HttpResponse> SaveAsync(HttpRequest request, IReadOnlyDictionary<string, string> path, CancellationToken cancellation)
    {
        var folder = JsonFields.Read(request, json => new JsonFields("The body", json, "folder").NeedText("folder"));
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new HttpException(409, $"The folder {folder} is not empty");
        return AloneAsync(token => kafka.SaveAsync(folder, token), cancellation);
    }

    private HttpResponse CloseConnections()
    {
        kafka.Connections.CloseAll();
        return HttpResponse.NoContent;
    }

    private async Task<HttpResponse> AloneAsync(Func<CancellationToken, Task> change, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await change(cancellation);
            return HttpResponse.NoContent;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HttpResponse.Problem(409, e.Message);
        }
        finally
        {
            _turn.Release();
        }
    }
}
