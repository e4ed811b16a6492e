using System.Reflection;
using KafkaSharp.Http.Routing;
using KafkaSharp.Protocol;
using KafkaSharp.Testing;
using KafkaSharp.Testing.Time;

namespace KafkaSharp.Http.Control;

/// <summary>
/// The control endpoint of a test broker: what a .NET test does with <see cref="KafkaTestBroker"/>, for tests in other languages. Described
/// by <c>/openapi.json</c>. Thread-safe.
/// </summary>
public sealed class ControlApi : IDisposable
{
    private readonly StateRoutes _state;
    private readonly RouteTable _table;

    /// <param name="kafka">The broker.</param>
    /// <param name="clock">Its clock if requests may move it; null if it is the system's.</param>
    public ControlApi(KafkaTestBroker kafka, TestClock? clock)
    {
        _state = new StateRoutes(kafka);
        _table = new RouteTable(
        [
            .. _state.All,
            .. new FaultRoutes(kafka).All,
            .. new TimeRoutes(kafka.Time, clock).All,
            .. new TopicRoutes(kafka).All,
            .. new GroupRoutes(kafka).All,
            .. new TransactionRoutes(kafka).All,
            .. new RequestRoutes(kafka).All,
            new Route("GET", "/openapi.json", (_, _, _) => Task.FromResult(HttpResponse.Json(Document))),
        ]);
    }

    public IReadOnlyList<Route> Routes => _table.Routes;

    /// <summary>The OpenAPI document.</summary>
    public static ReadOnlyMemory<byte> Document { get; } = ReadDocument();

    public async Task<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            return await _table.HandleAsync(request, cancellation);
        }
        catch (HttpException e)
        {
            return e.ToResponse();
        }
        catch (FormatException e)
        {
            return HttpResponse.Problem(400, e.Message);
        }
        catch (ArgumentException e)
        {
            return HttpResponse.Problem(400, e.Message);
        }
        catch (TimeoutException e)
        {
            return HttpResponse.Problem(409, e.Message);
        }
        catch (KafkaTestException e)
        {
            return HttpResponse.Problem(StatusOf(e), e.Message, e.ErrorCode == ErrorCode.None ? null : e.ErrorCode.Name());
        }
    }

    public void Dispose() => _state.Dispose();

    private static int StatusOf(KafkaTestException e) => e.ErrorCode switch
    {
        ErrorCode.UnknownTopicOrPartition => 404,
        ErrorCode.None when e.InnerException is not null => 503,
        ErrorCode.None or ErrorCode.TopicAlreadyExists => 409,
        _ => 400,
    };

    private static byte[] ReadDocument()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("openapi.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
