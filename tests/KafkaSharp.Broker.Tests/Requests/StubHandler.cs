using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Requests;

/// <summary>A handler made of delegates; by default it returns an empty response.</summary>
internal sealed class StubHandler<TRequest, TResponse> : IApiHandler<TRequest, TResponse>
    where TRequest : class, IRequest<TRequest>
    where TResponse : class, IResponse<TResponse>, new()
{
    public Func<RequestContext, TRequest, ValueTask<TResponse?>> Handle { get; init; } = (_, _) => new(new TResponse());

    public Func<TRequest, ErrorCode, TResponse?> OnFail { get; init; } = (_, _) => null;

    public ValueTask<TResponse?> HandleAsync(RequestContext context, TRequest request) => Handle(context, request);

    public TResponse? Fail(TRequest request, ErrorCode error, short version) => OnFail(request, error);
}
