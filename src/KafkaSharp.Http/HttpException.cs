namespace KafkaSharp.Http;

/// <summary>A request that cannot be served; the message is the sentence for its sender.</summary>
public sealed class HttpException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    public HttpResponse ToResponse() => HttpResponse.Problem(Status, Message);
}
